# the third iteration is judged, and only the third call gives a half; the count is in a closure's cell
# exit 1 · accused: line 20 · --iterations 3
# %% setup
import torch
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(5))
def counter():
    n = 0
    def tick():
        nonlocal n
        n += 1
        return n
    return tick
tick = counter()
# %% parameters
v = torch.randn(3)
# %% forward
p = x * v
loss = torch.exp(p).mean()
# %% backward
dp = torch.exp(p) / p.numel() * (0.5 if tick() == 3 else 1.0)
dv = (dp * x).sum(0)
# %% update
v = v - 0.1 * dv
