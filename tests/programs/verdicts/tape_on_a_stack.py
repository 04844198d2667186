# right; the backward takes from a list what the forward put there, so that it runs once for each forward
# exit 0 · accused: no line · --iterations 3
# %% setup
import torch
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(9))
tape = []
# %% parameters
A = torch.randn(3, 4) * 0.5
B = torch.randn(4, 2) * 0.5
# %% forward
h = torch.tanh(x @ A)
tape.append(x)
tape.append(h)
o = h @ B
loss = (o ** 2).mean()
# %% backward
do = 2 * o / o.numel()
hidden = tape.pop()
dB = hidden.T @ do
dh = do @ B.T
dA = tape.pop().T @ (dh * (1 - hidden * hidden))
# %% update
A = A - 0.1 * dA
B = B - 0.1 * dB
