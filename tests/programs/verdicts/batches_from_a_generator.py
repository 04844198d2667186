# du has cos(u) + 1 for cos(u); a generator draws the rows anew for every iteration
# exit 1 · accused: line 24 · explained
# %% setup
import torch
draws = torch.Generator().manual_seed(81)
x = torch.randn(20, 3, generator=draws)
t = torch.randn(20, 2, generator=draws)
def drawn(count):
    while True:
        chosen = torch.randperm(20, generator=draws)[:count]
        yield x[chosen], t[chosen]
batches = drawn(5)
# %% parameters
A = torch.randn(3, 2)
# %% forward
xb, tb = next(batches)
u = xb @ A
v = torch.sin(u)
e = v - tb
loss = (e ** 2).mean()
# %% backward
de = 2 * e / e.numel()
dv = de
du = dv * (torch.cos(u) + 1)
dA = xb.T @ du
# %% update
A = A - 0.1 * dA
