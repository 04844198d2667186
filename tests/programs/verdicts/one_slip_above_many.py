# only the first line is wrong; seven gradients inherit it
# exit 1 · accused: line 19 · explained
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(18))
y = torch.randn(6, 2, generator=torch.Generator().manual_seed(19))
# %% parameters
A = torch.randn(3, 5) * 0.5
a = torch.zeros(5)
B = torch.randn(5, 2) * 0.5
b = torch.zeros(2)
# %% forward
u = x @ A + a
h = torch.tanh(u)
o = h @ B + b
e = o - y
loss = (e ** 2).mean()
# %% backward
de = e / e.numel()
do = de
dB = h.T @ do
db = do.sum(0)
dh = do @ B.T
du = dh * (1 - h * h)
dA = x.T @ du
da = du.sum(0)
# %% update
A = A - 0.1 * dA
a = a - 0.1 * da
B = B - 0.1 * dB
b = b - 0.1 * db
