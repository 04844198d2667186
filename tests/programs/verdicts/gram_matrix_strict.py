# right for a symmetric dG alone; whoever teaches with --strict wants the other product as well
# exit 1 · accused: no line · --strict
# says: symmetric|leaning
# %% setup
import torch
x = torch.randn(4, 5, generator=torch.Generator().manual_seed(1))
target = torch.eye(4) * 2
# %% parameters
W = torch.randn(5, 3) * 0.5
# %% forward
F = x @ W
G = F @ F.T
loss = ((G - target) ** 2).mean()
# %% backward
dG = 2 * (G - target) / G.numel()
dF = 2 * dG @ F
dW = x.T @ dF
# %% update
W = W - 0.05 * dW
