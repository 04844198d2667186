# gamma belongs in front and gamma - 1 in the exponent; the factor is missing
# exit 1 · accused: line 16 · explained
# %% setup
import torch
gamma = 3.5
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(23))
# %% parameters
w = torch.randn(3)
# %% forward
p = torch.sigmoid(x @ w)
q = 1 - p
f = q ** gamma
loss = f.sum()
# %% backward
df = torch.ones_like(f)
dq = q ** (gamma - 1) * df
dp = -dq
dw = x.T @ (dp * p * (1 - p))
# %% update
w = w - 0.1 * dw
