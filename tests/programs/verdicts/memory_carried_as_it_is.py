# right; the state that the next iteration begins with is carried to it with its graph, and cut there
# exit 0 · accused: no line · --iterations 3
# %% setup
import torch
x = torch.randn(2, generator=torch.Generator().manual_seed(71))
memory = torch.zeros(3)
# %% parameters
A = torch.randn(2, 3) * 0.6
B = torch.randn(3, 3) * 0.6
# %% forward
before = {"h": memory}
z = x @ A + before["h"] @ B
h = torch.sin(z)
loss = (h ** 2).mean()
# %% backward
dh = 2 * h / h.numel()
dz = dh * torch.cos(z)
dA = torch.outer(x, dz)
dB = torch.outer(before["h"], dz)
# %% update
memory = h
A = A - 0.1 * dA
B = B - 0.1 * dB
