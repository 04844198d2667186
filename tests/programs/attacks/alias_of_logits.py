# %% [markdown]
# # A gradient through views: tokens flattened before the loss, bias through unsqueeze
# %% setup
import torch
import torch.nn.functional as F

ctx = torch.randn(2, 3, 4)
nxt = torch.tensor([[0, 1, 2], [4, 3, 0]])
# %% parameters
head = torch.randn(4, 5)
offset = torch.randn(5)
# %% forward
logits = ctx @ head + offset
flat = logits.view(-1, 5)
labels = nxt.view(-1)
loss = F.cross_entropy(flat, labels, label_smoothing=0.1)
# %% backward
soft = torch.full((6, 5), 0.1 / 5)
#! dflat: soft[range(6), labels] += 1.0
soft[range(6), labels] += 0.9
dflat = (F.softmax(flat, dim=-1) - soft) / 6
dlogits = dflat.view(logits.shape)
#! dhead: dhead = ctx.reshape(-1, 4).T @ dflat * 3
dhead = ctx.reshape(-1, 4).T @ dflat
#! doffset: doffset = dlogits.sum(1).mean(0)
doffset = dlogits.sum((0, 1))
#! dctx: dctx = dlogits @ head.T / 6
dctx = dlogits @ head.T
# %% update
head -= dhead
offset -= doffset
