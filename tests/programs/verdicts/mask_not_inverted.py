# the rows that count are set to zero, the padding is not
# exit 1 · accused: line 17 · explained
# says: de\[~pad\] where de\[pad\] belongs
# %% setup
import torch
torch.manual_seed(3)
X = torch.randn(9, 4)
y = torch.randn(9, 5)
pad = torch.tensor([0, 0, 0, 1, 0, 0, 1, 0, 0]).bool()
# %% parameters
W = torch.randn(4, 5)
# %% forward
e = X @ W - y
loss = torch.where(pad[:, None], 0.0, e ** 2).mean()
# %% backward
de = 2 * e / y.numel()
de[~pad] = 0
dW = X.T @ de
# %% update
W -= 0.1 * dW
