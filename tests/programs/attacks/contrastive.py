# %% [markdown]
# Contrastive loss both ways: normalised embeddings, a learnt temperature, logsumexp over rows and columns
# %% setup
import torch
u = torch.randn(5, 6)
w = torch.randn(5, 6)
eye = torch.eye(5)
# %% parameters
A = torch.randn(6, 4)
Z = torch.randn(6, 4)
logt = torch.tensor(0.3)
# %% forward
a = u @ A
z = w @ Z
na = a.norm(dim=1, keepdim=True)
nz = z.norm(dim=1, keepdim=True)
ah = a / na
zh = z / nz
t = logt.exp()
cosines = ah @ zh.T
s = t * cosines
rows = s.logsumexp(1)
columns = s.logsumexp(0)
diagonal = s.diagonal()
loss = (rows.mean() + columns.mean()) / 2 - diagonal.mean()
# %% backward
drows = torch.full_like(rows, 0.5 / 5)
dcolumns = torch.full_like(columns, 0.5 / 5)
#! ddiagonal: ddiagonal = torch.full_like(diagonal, 1 / 5)
ddiagonal = torch.full_like(diagonal, -1 / 5)
ds = drows[:, None] * s.softmax(1)
#! ds: ds += dcolumns * s.softmax(1)
ds += dcolumns * s.softmax(0)
#! ds: ds += eye * 0
ds += torch.diag(ddiagonal)
#! dt: dt = ds.sum()
dt = (ds * cosines).sum()
#! dlogt: dlogt = dt
dlogt = dt * t
#! dcosines: dcosines = ds
dcosines = ds * t
dah = dcosines @ zh
#! dzh: dzh = dcosines @ ah
dzh = dcosines.T @ ah
#! da: da = dah / na
da = (dah - ah * (dah * ah).sum(1, keepdim=True)) / na
#! dz: dz = (dzh - zh * (dzh * zh).sum(1, keepdim=True)) / nz ** 2
dz = (dzh - zh * (dzh * zh).sum(1, keepdim=True)) / nz
dA = u.T @ da
dZ = w.T @ dz
# %% update
A = A - 0.1 * dA
Z = Z - 0.1 * dZ
logt = logt - 0.1 * dlogt
