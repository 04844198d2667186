# dh has the wrong sign in the first iteration; the counter is an attribute of a class
# exit 1 · accused: line 20
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(4))
class Clock:
    ticks = 0
    @classmethod
    def sign(cls):
        cls.ticks += 1
        return -1 if cls.ticks == 1 else 1
# %% parameters
A = torch.randn(3, 2)
# %% forward
h = x @ A
r = torch.sigmoid(h)
loss = (r ** 3).sum()
# %% backward
dr = 3 * r ** 2
dh = Clock.sign() * dr * r * (1 - r)
dA = x.T @ dh
# %% update
A -= 0.05 * dA
