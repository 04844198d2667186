# ds is twice too large when it runs first; what it counts in a dictionary is put back before it runs again
# exit 1 · accused: line 18
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(86))
calls = {}
def called(name):
    calls[name] = calls.get(name, 0) + 1
    return calls[name]
# %% parameters
u = torch.randn(3, 2)
# %% forward
s = x @ u
a = torch.sigmoid(s)
loss = (a ** 2).mean()
# %% backward
da = 2 * a / a.numel()
ds = da * a * (1 - a) * max(1, 3 - called("ds"))
du = x.T @ ds
# %% update
u = u - 0.1 * du
