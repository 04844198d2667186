# the gradient of the source is added up at the targets
# exit 1 · accused: line 20 · explained
# says: reads into where out_of belongs
# %% setup
import torch
X = torch.randn(5, 3, generator=torch.Generator().manual_seed(97))
out_of = torch.tensor([0, 1, 2, 3, 4, 0])
into = torch.tensor([1, 2, 3, 4, 0, 2])
# %% parameters
W = torch.randn(3, 2)
# %% forward
h = X @ W
message = h[out_of]
total = torch.zeros(5, 2).index_add(0, into, message)
loss = (total**2).sum() + (h**3).sum()
# %% backward
dtotal = 2 * total
dmessage = dtotal[into]
dh = 3 * h**2
dh.index_add_(0, into, dmessage)
dW = X.T @ dh
# %% update
W = W - 0.1 * dW
