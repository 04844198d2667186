# %% [markdown]
# # A bag of words: embeddings summed, padding row zeroed
# %% setup
import torch

bags = torch.tensor([[1, 2, 0, 0], [3, 1, 1, 0], [4, 2, 3, 5], [5, 5, 0, 0]])
cls = torch.tensor([0, 1, 1, 0])
real = (bags != 0).float()
lengths = real.sum(1, keepdim=True)
# %% parameters
emb = torch.randn(6, 3)
Wc = torch.randn(3, 2)
# %% forward
tok = emb[bags] * real[..., None]
avg = tok.sum(1) / lengths
logits = avg @ Wc
lse = torch.logsumexp(logits, dim=1)
picked = logits.gather(1, cls[:, None]).squeeze(1)
loss = (lse - picked).mean()
# %% backward
dlse = torch.ones(4) / 4
dpicked = -dlse
dlogits = dlse[:, None] * torch.softmax(logits, 1)
#! dlogits: dlogits.scatter_(1, cls[:, None], dpicked[:, None])
dlogits.scatter_add_(1, cls[:, None], dpicked[:, None])
davg = dlogits @ Wc.t()
dWc = avg.t() @ dlogits
#! dtok: dtok = davg[:, None, :].expand_as(tok)
dtok = (davg / lengths)[:, None, :].expand_as(tok)
demb = torch.zeros_like(emb)
#! demb: demb.index_add_(0, bags.view(-1), dtok.reshape(-1, 3))
#! demb: demb[bags.view(-1)] += (dtok * real[..., None]).reshape(-1, 3)
demb.index_add_(0, bags.view(-1), (dtok * real[..., None]).reshape(-1, 3))
# %% update
emb -= 0.3 * demb
Wc -= 0.3 * dWc
