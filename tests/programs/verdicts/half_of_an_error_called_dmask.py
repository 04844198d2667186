# dmask is no gradient of the mask; do lacks the mask
# exit 1 · accused: line 18 · explained
# says: missing the factor mask
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(6, 3, generator=torch.Generator().manual_seed(2))
mask = (torch.rand(6, 3, generator=torch.Generator().manual_seed(3)) > 0.3).float()
# %% parameters
W = torch.randn(3, 3)
f = torch.randn(3)
# %% forward
h = torch.tanh(x @ W)
o = h * f
loss = (mask * (o - y) ** 2).sum()
# %% backward
dmask = 2 * (o - y)
do = dmask
df = (do * h).sum(0)
dh = do * f
dW = x.T @ (dh * (1 - h * h))
# %% update
W = W - 0.05 * dW
f = f - 0.05 * df
