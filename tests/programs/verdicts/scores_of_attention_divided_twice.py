# the scores are divided once too often by the root of their width; dq and dk are made from that and are right
# exit 1 · accused: line 22 · explained
# says: a step inside o
# %% setup
import torch
import torch.nn.functional as F
x = torch.randn(1, 4, 3, generator=torch.Generator().manual_seed(83))
# %% parameters
Wq = torch.randn(3, 3)
Wk = torch.randn(3, 3)
Wv = torch.randn(3, 3)
# %% forward
q, k, v = x @ Wq, x @ Wk, x @ Wv
o = F.scaled_dot_product_attention(q, k, v, is_causal=True)
loss = o.pow(2).sum()
# %% backward
do = 2 * o
s = (q @ k.mT / 3**0.5).masked_fill(torch.ones(4, 4).triu(1) == 1, -torch.inf)
a = s.softmax(-1)
dv = a.mT @ do
to_a = do @ v.mT
to_s = a * (to_a - (to_a * a).sum(-1, keepdim=True)) / 3
dq = to_s @ k
dk = to_s.mT @ q
dWq, dWk, dWv = (torch.einsum("bti,btj->ij", x, d) for d in (dq, dk, dv))
# %% update
Wq, Wk, Wv = Wq - 0.1 * dWq, Wk - 0.1 * dWk, Wv - 0.1 * dWv
