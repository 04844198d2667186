# right; what is carried to the next iteration comes with its graph and is cut there
# exit 0 · accused: no line · --iterations 4
# %% setup
import torch
x = torch.randn(2, 3, generator=torch.Generator().manual_seed(32))
memory = [torch.zeros(2, 3)]
# %% parameters
W = torch.randn(3, 3) * 0.5
# %% forward
last = memory[-1]
h = torch.tanh(last @ W + x)
loss = (h ** 2).mean()
# %% backward
dh = 2 * h / h.numel()
dpre = dh * (1 - h * h)
dW = last.T @ dpre
# %% update
W = W - 0.1 * dW
memory.append(h)
