# the sum is taken for the difference, in what all is made from; the mean is put off until the gradients of weights
# exit 1 · accused: line 18 · explained
# says: sign flipped
# %% setup
import torch
X = torch.randn(8, 3, generator=torch.Generator().manual_seed(91))
Y = torch.randn(8, 2, generator=torch.Generator().manual_seed(92))
n = 8
# %% parameters
W1 = torch.randn(3, 5)
W2 = torch.randn(5, 2)
# %% forward
h = torch.sigmoid(X @ W1)
out = h @ W2
loss = ((out - Y) ** 2).sum() / (2 * n)
# %% backward
# eight times what arrives at out, as every line below has it
delta2 = out + Y
delta1 = delta2 @ W2.T * h * (1 - h)
dW2 = h.T @ delta2 / n
dW1 = X.T @ delta1 / n
# %% update
W1, W2 = W1 - 0.1 * dW1, W2 - 0.1 * dW2
