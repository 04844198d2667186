# dq and dk lean on the mask, as no gradient arrives behind it; dk has lost the divisor
# exit 1 · accused: line 27 · explained
# says: 2 times too large|divided by
# %% setup
import torch

x = torch.randn(5, 6)
t = torch.randn(5, 4)
later = torch.ones(5, 5).triu(1) > 0
# %% parameters
Wq = torch.randn(6, 4)
Wk = torch.randn(6, 4)
Wv = torch.randn(6, 4)
# %% forward
q, k, v = x @ Wq, x @ Wk, x @ Wv
s = q @ k.T / 2
s = s.masked_fill(later, float("-inf"))
a = torch.softmax(s, 1)
o = a @ v
loss = ((o - t) ** 2).mean()
# %% backward
do = 2 * (o - t) / o.numel()
da = do @ v.T
dv = a.T @ do
ds = a * (da - (da * a).sum(1, keepdim=True))
dq = ds @ k / 2
dk = ds.T @ q
dWq = x.T @ dq
dWk = x.T @ dk
dWv = x.T @ dv
# %% update
Wq -= 0.1 * dWq
Wk -= 0.1 * dWk
Wv -= 0.1 * dWv
