# dB lacks the transposition; that hs is a list does not mean that no parameter reaches it
# exit 1 · accused: line 18 · explained
# never: no parameter reaches|has no gradient
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(15))
# %% parameters
A = torch.randn(3, 3) * 0.5
B = torch.randn(3, 3) * 0.5
# %% forward
hs = [x]
for M in (A, B):
    hs.append(torch.tanh(hs[-1] @ M))
loss = (hs[-1] ** 2).sum()
# %% backward
dhs = [None, None, 2 * hs[2]]
top = dhs[2] * (1 - hs[2] ** 2)
dB = top.T @ hs[1]
dhs[1] = top @ B.T
low = dhs[1] * (1 - hs[1] ** 2)
dA = hs[0].T @ low
# %% update
A = A - 0.1 * dA
B = B - 0.1 * dB
