# den is a denominator, though there is a tensor en
# exit 0 · accused: no line
# says: no gradient of en, whatever its name says
# %% setup
import torch; torch.manual_seed(7)
x = torch.randn(5, 3)
# %% parameters
w = torch.randn(3)
# %% forward
en = torch.exp(x @ w)
s = en.sum()
p = en / s
loss = (p ** 2).sum()
# %% backward
den = s ** 2
dp = 2 * p
ds = -(dp * en).sum() / den
g = dp / s + ds
dw = x.T @ (g * en)
