# %% [markdown]
# # Softmax backward as a batch of Jacobians
# %% setup
import torch

feats = torch.randn(6, 4)
values = torch.randn(6, 3)
# %% parameters
Wq = torch.randn(4, 3)
# %% forward
logit = feats.mm(Wq)
p = logit.softmax(dim=-1)
expected = (p * values).sum(-1)
loss = expected.pow(2).mean().sqrt()
# %% backward
m = expected.pow(2).mean()
#! dexpected: dexpected = m.rsqrt() * expected / expected.numel() * 2
dexpected = 0.5 * m.rsqrt() * 2 * expected / expected.numel()
dp = dexpected[:, None] * values
#! dlogit: J = torch.diag_embed(p) + p[:, :, None] * p[:, None, :]
#! dlogit: J = torch.diag_embed(p)
J = torch.diag_embed(p) - p[:, :, None] * p[:, None, :]
dlogit = torch.bmm(J, dp[:, :, None]).squeeze(-1)
dWq = feats.t().mm(dlogit)
# %% update
Wq.sub_(0.5 * dWq)
