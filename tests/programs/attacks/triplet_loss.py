# %% [markdown]
# Triplet loss over embeddings with a padding row that must stay zero
# %% setup
import torch
ia = torch.tensor([[1, 2, 0], [3, 4, 5], [2, 0, 0], [6, 1, 3]])
ip = torch.tensor([[2, 2, 1], [5, 4, 0], [1, 0, 0], [6, 6, 0]])
iq = torch.tensor([[6, 5, 0], [1, 0, 0], [4, 3, 5], [2, 0, 0]])
margin = 0.5
# %% parameters
E = torch.randn(7, 4)
P = torch.randn(4, 3)
# %% forward
keep = (torch.arange(7) > 0).float()[:, None]
Em = E * keep
bag = lambda ix: Em[ix].sum(1) / (ix > 0).sum(1, keepdim=True)
ba, bp, bq = bag(ia), bag(ip), bag(iq)
fa, fp, fq = ba @ P, bp @ P, bq @ P
pos = fa - fp
neg = fa - fq
dpos_ = (pos ** 2).sum(1)
dneg_ = (neg ** 2).sum(1)
gap = dpos_ - dneg_ + margin
hinge = gap.clamp(min=0)
loss = hinge.mean()
# %% backward
dhinge = torch.full_like(hinge, 1 / len(hinge))
#! dgap: dgap = dhinge * (gap < 0)
dgap = dhinge * (gap > 0)
dpos = 2 * pos * dgap[:, None]
#! dneg: dneg = 2 * neg * dgap[:, None]
dneg = -2 * neg * dgap[:, None]
#! dfa: dfa = dpos - dneg
dfa = dpos + dneg
dfp = -dpos
#! dfq: dfq = dneg
dfq = -dneg
#! dP: dP = ba.T @ dfa + bp.T @ dfp
dP = ba.T @ dfa + bp.T @ dfp + bq.T @ dfq
dba, dbp, dbq = (g @ P.T for g in (dfa, dfp, dfq))
dEm = torch.zeros_like(Em)
for ix, g in ((ia, dba), (ip, dbp), (iq, dbq)):
    share = g / (ix > 0).sum(1, keepdim=True)
    #! dEm: dEm.index_add_(0, ix[:, 0], share)
    dEm.index_add_(0, ix.flatten(), share.repeat_interleave(ix.shape[1], 0))
#! dE: dE = dEm
dE = dEm * keep
# %% update
E = E - 0.1 * dE
P = P - 0.1 * dP
