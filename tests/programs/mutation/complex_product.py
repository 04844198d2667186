# %% [markdown]
# # Complex weights on complex signals
#
# In torch's convention a gradient points uphill, and the other factor of a product is
# conjugated.
# %% setup
import torch

n, inputs, outputs = 5, 3, 2
dtype = torch.complex(torch.zeros(1), torch.zeros(1)).dtype
x = torch.randn(n, inputs, dtype=dtype)
y = torch.rand(n, outputs)
# %% parameters
c = torch.randn(inputs, dtype=dtype)
M = torch.randn(inputs, outputs, dtype=dtype)
b = torch.randn(outputs) * 0.1
# %% forward
z = x * c
u = z @ M
power = u.real ** 2 + u.imag ** 2
level = power + b
e = level - y
loss = (e ** 2).mean()
# %% backward
de = 2 * e / e.numel()
dlevel = de
db = dlevel.sum(0)
dpower = dlevel
du = 2 * dpower * u
dM = z.conj().T @ du
dz = du @ M.conj().T
dc = (x.conj() * dz).sum(0)
# %% update
c -= 0.01 * dc
M -= 0.01 * dM
b -= 0.01 * db
