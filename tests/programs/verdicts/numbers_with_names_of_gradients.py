# dim and dt are numbers that no line reads, though there are tensors im and t
# exit 0 · accused: no line
# never: wrong
# %% setup
import torch; torch.manual_seed(7)
im = torch.rand(4, 3)
t = torch.randn(4)
# %% parameters
w = torch.randn(3)
v = torch.randn(3)
# %% forward
z = im @ w
it = torch.sigmoid(z)
ot = torch.tanh(im @ v)
en = it * ot
loss = ((en - t) ** 2).sum()
# %% backward
dim = im.shape[0]
dt = 0.5
den = 2 * (en - t)
dot = (den * it)
dit = den * ot
dist = dit * it * (1 - it)
dw = im.T @ dist
dv = im.T @ (dot * (1 - ot ** 2))
