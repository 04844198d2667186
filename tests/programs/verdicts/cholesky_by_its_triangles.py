# right; the gradient of a Cholesky factor, made symmetric
# exit 0 · accused: no line
# %% setup
import torch
t = torch.randn(3, 3, generator=torch.Generator().manual_seed(46))
# %% parameters
R = torch.randn(3, 3)
# %% forward
S = R @ R.T + torch.eye(3)
L = torch.linalg.cholesky(S)
loss = (L * t).sum() + (L ** 2).sum()
# %% backward
dL = t + 2 * L
inner = torch.tril(L.T @ dL)
inner = inner - 0.5 * torch.diag(torch.diag(inner))
half = torch.linalg.solve(L.T, inner) @ torch.linalg.inv(L)
dS = (half + half.T) / 2
dR = (dS + dS.T) @ R
# %% update
R = R - 0.05 * dR
