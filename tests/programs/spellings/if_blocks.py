# %% [markdown]
# # Gradients in branches
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
smooth = True
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 2)
b2 = torch.randn(2)
# %% forward
a = x @ W1 + b1
if smooth:
    h = torch.tanh(a)
else:
    h = torch.relu(a)
out = h @ W2 + b2
error = out - y
loss = (error**2).sum() / n
# %% backward
derror = 2 * error / n
dout = derror
if iteration % 2 == 0:
    dh = dout @ W2.T
    dW2 = h.T @ dout
else:
    dh = (W2 @ dout.T).T
    dW2 = (dout.T @ h).T
db2 = dout.sum(0)
da = dh.clone()
if smooth:
    da *= 1 - h**2
elif h.min() < 0:
    da = -da
else:
    da = (h > 0) * da
dW1 = x.T @ da
db1 = da.sum(0)
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
