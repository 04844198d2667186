# 2 * decay * W belongs; that decay is 1 / (2 * inputs) here says nothing of the line
# exit 1 · accused: line 18 · explained
# says: 2 \* decay|twice|2 times too small|half|factor 2
# never: 1 / inputs|1 / \(|shape|len\(
# %% setup
import torch
rows, inputs, outputs = 6, 5, 3
decay = 0.1
x = torch.randn(rows, inputs, generator=torch.Generator().manual_seed(74))
# %% parameters
W = torch.randn(inputs, outputs)
# %% forward
o = torch.sin(x @ W)
loss = o.sum() + decay * (W ** 2).sum()
# %% backward
do = torch.ones_like(o)
dW = x.T @ (do * torch.cos(x @ W))
dW += decay * W
# %% update
W = W - 0.1 * dW
