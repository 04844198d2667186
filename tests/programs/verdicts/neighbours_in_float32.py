# right; the adjacency on the handwritten side is a matrix of thirds in float32
# exit 0 · accused: no line
# %% setup
import torch
neighbours = [[0, 1, 2], [1, 2, 4], [2, 0, 3], [3, 1, 4], [4, 0, 2]]
A = torch.zeros(5, 5)
for i, near in enumerate(neighbours):
    A[i, near] = 1.0
A = (A / A.sum(1, keepdim=True)).float()
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(15))
t = torch.randn(5, 3, generator=torch.Generator().manual_seed(16))
# %% parameters
W = torch.randn(4, 3) * 0.5
# %% forward
h = x @ W
agg = torch.stack([h[near].mean(0) for near in neighbours])
out = torch.tanh(agg)
loss = ((out - t) ** 2).sum()
# %% backward
dout = 2 * (out - t)
dagg = dout * (1 - out * out)
dh = A.T @ dagg
dW = x.T @ dh
# %% update
W = W - 0.1 * dW
