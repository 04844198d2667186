# df is the gradient of W, and that of f is not written; dW is right
# exit 1 · accused: line 17
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
y = torch.randn(6, 3, generator=torch.Generator().manual_seed(2))
# %% parameters
W = torch.randn(3, 3)
f = torch.randn(3, 3)
# %% forward
V = W * f
o = torch.tanh(x @ V)
loss = ((o - y) ** 2).sum()
# %% backward
do = 2 * (o - y)
DW = x.T @ (do * (1 - o * o))
df = DW * f
dW = df.clone()
# %% update
W = W - 0.05 * dW
