# the slope of the sigmoid lacks a factor in the last line; dh is eight times the gradient, as all that is put off
# exit 1 · accused: line 19 · explained
# %% setup
import torch
X = torch.randn(8, 3, generator=torch.Generator().manual_seed(93))
Y = torch.randn(8, 2, generator=torch.Generator().manual_seed(94))
n = 8
# %% parameters
W1 = torch.randn(3, 5)
W2 = torch.randn(5, 2)
# %% forward
h = torch.sigmoid(X @ W1)
out = h @ W2
loss = ((out - Y) ** 2).sum() / (2 * n)
# %% backward
error = out - Y
dW2 = h.T @ error / n
dh = error @ W2.T
dW1 = X.T @ (dh * h) / n
# %% update
W1, W2 = W1 - 0.1 * dW1, W2 - 0.1 * dW2
