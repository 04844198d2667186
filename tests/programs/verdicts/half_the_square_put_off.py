# right; the factor 2 of the square is put off until the parameters
# exit 0 · accused: no line
# says: scaled|convention
# %% setup
import torch
x = torch.randn(6, generator=torch.Generator().manual_seed(6))
y = torch.randn(6, generator=torch.Generator().manual_seed(7))
# %% parameters
a = torch.randn(1)
b = torch.zeros(1)
# %% forward
e = a * x + b - y
loss = (e ** 2).sum()
# %% backward
de = e
da = 2 * (de * x).sum(0, keepdim=True)
db = 2 * de.sum(0, keepdim=True)
# %% update
a = a - 0.01 * da
b = b - 0.01 * db
