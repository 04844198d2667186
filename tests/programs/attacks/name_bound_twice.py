# %% [markdown]
# # The same name for pre-activation and activation, its gradient reused in place
# %% setup
import torch

x = torch.randn(8, 4)
y = torch.randint(0, 3, (8,))
# %% parameters
W1 = torch.randn(4, 6)
W2 = torch.randn(6, 3)
# %% forward
h = x @ W1
h = torch.relu(h)
out = h @ W2
out = out - out.logsumexp(1, keepdim=True)
loss = -out[torch.arange(8), y].mean()
# %% backward
dout = torch.zeros_like(out)
dout[torch.arange(8), y] = -1 / 8
#! dlog: dlog = dout + out.exp() * dout.sum(1, keepdim=True)
dlog = dout - out.exp() * dout.sum(1, keepdim=True)
#! dW2: dW2 = h.T @ dout
dW2 = h.T @ dlog
#! dh: dh = dlog @ -W2.T
dh = dlog @ W2.T
mask = (h > 0).to(dh.dtype)
dpre = dh * mask
#! dW1: dW1 = x.T @ dh
dW1 = x.T @ dpre
# %% update
W1 -= 0.1 * dW1
W2 -= 0.1 * dW2
