# a constant is added to every entry; its ratio to each is another
# exit 1 · accused: line 13
# never: about -?[01] times|to -?\d+ times
# %% setup
import torch
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(17))
# %% parameters
W = torch.randn(4, 3)
# %% forward
h = x @ W
loss = (torch.sin(h) ** 2).sum()
# %% backward
dh = torch.sin(2 * h) + 0.3
dW = x.T @ dh
# %% update
W = W - 0.1 * dW
