# node.grad is what the program put there, not autograd's; dw is three times too large
# exit 1 · accused: line 16 · explained
# %% setup
import torch
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(13))
class Node:
    pass
node = Node()
# %% parameters
w = torch.randn(3)
# %% forward
z = x * w
loss = (z ** 2).sum()
# %% backward
node.grad = 2 * z
dw = 3 * (node.grad * x).sum(0)
# %% update
w = w - 0.1 * dw
