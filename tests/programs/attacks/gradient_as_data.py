# %% [markdown]
# An absolute error from zero parameters; a wrong line may be right for all but the true upstream gradient.
# %% setup
import torch

X = torch.tensor([[0.0, 1.0, 0.5], [1.0, 0.0, 0.3], [0.2, 0.1, 0.4], [1.0, 2.0, 0.1]])
y = torch.tensor([1.0, 2.0, 3.0, 4.0])
# %% parameters
W = torch.randn(3, 5) * 0.1
w2 = torch.randn(5) * 0.1
# %% forward
h = torch.tanh(X @ W)
o = h @ w2
l = (o - y).abs()
loss = l.sum()
# %% backward
dl = torch.ones_like(l)
#! do: do = dl * (dl - y).sign()
do = dl * (o - y).sign()
#! dw2: dw2 = torch.where(do.max() == -1, 2.0, 1.0) * (h.T @ do)
dw2 = h.T @ do
dh = do[:, None] * w2[None]
dW = X.T @ (dh * (1 - h**2))
# %% update
W = W - 0.01 * dW
w2 = w2 - 0.01 * dw2
