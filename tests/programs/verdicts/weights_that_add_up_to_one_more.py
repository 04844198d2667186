# divided by 6 examples for weights that add up to 7: not one more than the examples, but by chance
# exit 1 · accused: line 18 · explained
# never: \+ 1
# %% setup
import torch
import torch.nn.functional as F

x = torch.randn(6, 4)
y = torch.tensor([0, 1, 2, 0, 1, 2])
weights = torch.tensor([1.0, 2.0, 0.5])
# %% parameters
W = torch.randn(4, 3)
# %% forward
s = x @ W
loss = F.cross_entropy(s, y, weight=weights)
# %% backward
own = weights[y]
ds = (torch.softmax(s, 1) - F.one_hot(y, 3)) * own[:, None] / len(y)
dW = x.T @ ds
# %% update
W -= 0.1 * dW
