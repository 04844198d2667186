# %% [markdown]
# # Cosine similarity between two towers with tied weights
# %% setup
import torch

left = torch.randn(7, 4)
right = torch.randn(7, 4)
sign = torch.tensor([1.0, -1.0, 1.0, -1.0, 1.0, -1.0, 1.0])
# %% parameters
E = torch.randn(4, 6)
# %% forward
a = left @ E
b = right @ E
na = a.norm(dim=1, keepdim=True)
nb = b.norm(dim=1, keepdim=True)
ua, ub = a / na, b / nb
cos = (ua * ub).sum(1)
loss = ((cos - sign) ** 2).sum()
# %% backward
dcos = 2 * (cos - sign)
dua = dcos.unsqueeze(1) * ub
dub = dcos.unsqueeze(1) * ua
#! da: da = dua / na
#! da: da = (dua + ua * (ua * dua).sum(1, keepdim=True)) / na
da = (dua - ua * (ua * dua).sum(1, keepdim=True)) / na
db = (dub - ub * (ub * dub).sum(1, keepdim=True)) / nb
#! dE: dE = left.T @ da
#! dE: dE = left.T @ da - right.T @ db
dE = left.T @ da + right.T @ db
# %% update
E -= 0.05 * dE
