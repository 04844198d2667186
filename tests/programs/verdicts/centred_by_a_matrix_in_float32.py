# right; the matrix that centres rows is made once, in float32, with sevenths in it
# exit 0 · accused: no line
# %% setup
import torch
rows, inputs, outputs = 7, 3, 2
x = torch.randn(rows, inputs, generator=torch.Generator().manual_seed(77))
t = torch.randn(rows, outputs, generator=torch.Generator().manual_seed(78))
centring = torch.eye(rows) - torch.full((rows, rows), 1 / 7)
# %% parameters
A = torch.randn(inputs, outputs)
# %% forward
u = x @ A
c = u - u.mean(0, keepdim=True)
s = torch.tanh(c)
loss = ((s - t) ** 2).mean()
# %% backward
ds = 2 * (s - t) / s.numel()
dc = ds * (1 - s ** 2)
du = centring.T @ dc
dA = x.T @ du
# %% update
A = A - 0.1 * dA
