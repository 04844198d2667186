# %% [markdown]
# # Gradients bound inside expressions
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
db2 = (dout := 2 * error / n).sum(0)
dW2 = h.T @ dout
db1 = (da := (1 - h**2) * (dh := dout @ W2.T)).sum(0)
if (dW1 := x.T @ da).isnan().any():
    raise ValueError("not a number")
# %% update
W1 = W1 - 0.05 * dW1
b1 = b1 - 0.05 * db1
W2 = W2 - 0.05 * dW2
b2 = b2 - 0.05 * db2
