"""The selected tensor: its entries as numbers or a heatmap, what they come to, what is wrong with them."""
