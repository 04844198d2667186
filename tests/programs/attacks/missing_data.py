# %% [markdown]
# Entries that nobody has seen are NaN in the data; a mask keeps them out of the loss.
# %% setup
import torch

ratings = torch.tensor([[4.0, 2.0, float("nan"), 1.0], [float("nan"), 3.0, 5.0, 2.0], [1.0, 4.0, 2.0, 3.5]])
seen = ~torch.isnan(ratings)
n = int(seen.sum())
# %% parameters
U = torch.randn(3, 2)
V = torch.randn(4, 2)
# %% forward
R = U @ V.T
diff = torch.where(seen, R - ratings, 0.0)
sq = diff**2
loss = sq.sum() / n
# %% backward
#! dsq: dsq = torch.ones_like(sq)
dsq = torch.ones_like(sq) / n
#! ddiff: ddiff = 3 * diff * dsq
ddiff = 2 * diff * dsq
#! dR: dR = -ddiff * seen
dR = ddiff * seen
#! dU: dU = dR @ V * 0.9
dU = dR @ V
#! dV: dV = -dR.T @ U
dV = dR.T @ U
# %% update
U = U - 0.1 * dU
V = V - 0.1 * dV
