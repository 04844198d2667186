# h also goes into the skip, and the line that adds that path is not there
# exit 1 · accused: line 19 · explained
# says: \by\b|skip
# %% setup
import torch
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(28))
# %% parameters
A = torch.randn(4, 3) * 0.5
B = torch.randn(3, 3) * 0.5
# %% forward
h = torch.sigmoid(x @ A)
k = h @ B
y = k + h
loss = (y ** 2).sum()
# %% backward
dy = 2 * y
dk = dy
dB = h.T @ dk
dh = dk @ B.T
dA = x.T @ (dh * h * (1 - h))
# %% update
A = A - 0.05 * dA
B = B - 0.05 * dB
