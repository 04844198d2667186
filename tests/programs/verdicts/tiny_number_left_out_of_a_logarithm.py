# the gradient of a softmax without the number that keeps its logarithm finite, which single precision does not show
# exit 0 · accused: no line
# never: wrong
# %% setup
import torch
X = torch.randn(8, 4)
t = torch.tensor([0, 1, 2, 2, 1, 0, 0, 1])
# %% parameters
W = torch.randn(4, 3)
# %% forward
z = X @ W
p = torch.softmax(z, 1)
loss = -torch.log(p[range(8), t] + 1e-9).mean()
# %% backward
dz = p.clone()
dz[range(8), t] -= 1
dz /= 8
dW = X.T @ dz
# %% update
W -= 0.1 * dW
