# zh is what z was before it is bound again; dvar lacks the half
# exit 1 · accused: line 35
# %% setup
import torch
g = torch.Generator().manual_seed(9)
x = torch.randn(7, 4, generator=g)
t = torch.randn(7, 3, generator=g)
# %% parameters
W1 = torch.randn(4, 5) * 0.6
gam = torch.ones(5) + 0.1 * torch.randn(5)
W2 = torch.randn(5, 3) * 0.6
# %% forward
z = x @ W1
mu = z.mean(0)
c = z - mu
var = (c * c).mean(0)
s = (var + 1e-5) ** -0.5
z = c * s
zh = z
z = z * gam
a = torch.tanh(z)
z = a @ W2
e = z - t
loss = (e * e).sum() / 7
# %% backward
de = 2 * e / 7
dz = de
dW2 = a.T @ dz
da = dz @ W2.T
dz = da * (1 - a * a)
dgam = (dz * zh).sum(0)
dzh = dz * gam
ds = (dzh * c).sum(0)
dc = dzh * s
dvar = ds * -1.0 * (var + 1e-5) ** -1.5
dc = dc + dvar * 2 * c / 7
dmu = -dc.sum(0)
dz = dc + dmu / 7
dW1 = x.T @ dz
# %% update
W1 = W1 - 0.1 * dW1
