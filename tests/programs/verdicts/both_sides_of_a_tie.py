# where both are equal each side takes the whole gradient, twice too much
# exit 1 · accused: line 16 or 17
# %% setup
import torch
x = torch.tensor([[1.0, 2.0], [0.5, -1.0], [3.0, 1.0]])
y = torch.tensor([[1.0, -1.0], [0.5, 2.0], [2.0, 1.0]])
# %% parameters
w = torch.tensor([0.7, -0.4])
# %% forward
p = x * w
q = y * w
m = torch.minimum(p, q)
loss = (m ** 3).sum()
# %% backward
dm = 3 * m ** 2
dp = dm * (p <= q)
dq = dm * (q <= p)
dw = (dp * x + dq * y).sum(0)
# %% update
w = w - 0.1 * dw
