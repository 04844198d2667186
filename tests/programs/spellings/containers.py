# %% [markdown]
# # Gradients kept in a dictionary and a list
# %% setup
import torch

draw = torch.Generator().manual_seed(1)
x = torch.randn(8, 3, generator=draw)
y = torch.randn(8, 2, generator=draw)
n = x.shape[0]
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.randn(5)
W2 = torch.randn(5, 2)
b2 = torch.randn(2)
# %% forward
a = x @ W1 + b1
h = torch.tanh(a)
out = h @ W2 + b2
error = out - y
loss = (error**2).sum() / n
# %% backward
upstream = {"out": 2 * error / n}
dout = upstream["out"]
upstream["h"] = dout @ W2.T
dh = upstream["h"]
pieces = [h.T @ dout]
pieces.append(dout.sum(0))
dW2, db2 = pieces
upstream["a"] = (1 - h**2) * upstream["h"]
da = upstream["a"]
pieces = [x.T @ upstream["a"], upstream["a"].sum(0)]
dW1, db1 = pieces
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
