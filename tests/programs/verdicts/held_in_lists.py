# a lost slope of tanh, where lists hold parameters and gradients by number
# exit 1 · accused: line 19 · explained
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)
# %% parameters
params = [torch.randn(4, 5), torch.zeros(5), torch.randn(5, 3), torch.zeros(3)]
# %% forward
h = torch.tanh(x @ params[0] + params[1])
out = h @ params[2] + params[3]
loss = ((out - y) ** 2).mean()
# %% backward
grads = [None] * 4
dout = 2 * (out - y) / out.numel()
grads[2] = h.T @ dout
grads[3] = dout.sum(0)
dh = dout @ params[2].T
dz = dh * (1 - h)
grads[0] = x.T @ dz
grads[1] = dz.sum(0)
# %% update
for p, g in zip(params, grads):
    p -= 0.1 * g
