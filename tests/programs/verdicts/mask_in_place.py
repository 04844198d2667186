# dhidden is taken through its relu in place
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(1))
t = torch.randn(6, 2, generator=torch.Generator().manual_seed(2))
# %% parameters
W = torch.randn(3, 4)
b = torch.randn(1, 4)
V = torch.randn(4, 2)
# %% forward
hidden = torch.maximum(torch.zeros(1), x @ W + b)
out = hidden @ V
loss = ((out - t) ** 2).mean()
# %% backward
dout = 2 * (out - t) / t.numel()
dV = hidden.T @ dout
dhidden = dout @ V.T
# no gradient flows back where the relu gives zero
dhidden[hidden <= 0] = 0
dW = x.T @ dhidden
db = dhidden.sum(0, keepdim=True)
