# dh keeps the real part only, and what arrives is complex
# exit 1 · accused: line 15 · explained
# says: h\.real where h belongs
# %% setup
import torch
g = torch.Generator().manual_seed(1)
x = torch.randn(6, 4, generator=g, dtype=torch.complex64)
# %% parameters
W = torch.randn(4, 5, dtype=torch.complex64)
# %% forward
h = x @ W
p = h * h.conj()
loss = p.real.sum()
# %% backward
dh = 2 * h.real
dW = x.conj().T @ dh.to(x.dtype)
