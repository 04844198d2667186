# de forgets its factor 2 at the first call; the count is an attribute of a function
# exit 1 · accused: line 18
# %% setup
import torch
x = torch.randn(5, generator=torch.Generator().manual_seed(6))
y = torch.randn(5, generator=torch.Generator().manual_seed(7))
def factor():
    factor.calls += 1
    return 1 if factor.calls == 1 else 2
factor.calls = 0
# %% parameters
a = torch.randn(1)
b = torch.zeros(1)
# %% forward
e = a * x + b - y
loss = (e ** 2).sum()
# %% backward
de = factor() * e
da = (de * x).sum(0, keepdim=True)
db = de.sum(0, keepdim=True)
# %% update
a = a - 0.01 * da
b = b - 0.01 * db
