# right; each row of the buffer is a copy of the state, which goes on to the next
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(3, 2, generator=torch.Generator().manual_seed(93))
# %% parameters
v = torch.randn(2)
# %% forward
state = torch.zeros(2)
rows = torch.zeros(3, 2)
for t in range(3):
    state = torch.sin(x[t] * v + state)
    rows[t] = state
loss = (rows ** 3).sum()
# %% backward
drows = 3 * rows ** 2
dv = torch.zeros(2)
dstate = torch.zeros(2)
for t in reversed(range(3)):
    before = rows[t - 1] if t else torch.zeros(2)
    inner = torch.cos(x[t] * v + before) * (drows[t] + dstate)
    dv += inner * x[t]
    dstate = inner
# %% update
v = v - 0.1 * dv
