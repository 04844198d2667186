# right: out and dout stand for one layer after another
# exit 0 · accused: no line
# never: NameError
# %% setup
import torch
g = torch.Generator().manual_seed(9)
x = torch.randn(7, 4, generator=g)
t = torch.randn(7, 3, generator=g)
# %% parameters
W1 = torch.randn(4, 6) * 0.6
W2 = torch.randn(6, 5) * 0.6
W3 = torch.randn(5, 3) * 0.6
# %% forward
out = x @ W1
mask1 = out > 0
out = out * mask1
out1 = out
out = out @ W2
mask2 = out > 0
out = out * mask2
out2 = out
out = out @ W3
diff = out - t
loss = (diff ** 2).mean()
# %% backward
ddiff = 2 * diff / diff.numel()
dout = ddiff.clone()
dW3 = out2.T @ dout
dout = dout @ W3.T
dout = dout * mask2
dW2 = out1.T @ dout
dout = dout @ W2.T
dout = dout * mask1
dW1 = x.T @ dout
# %% update
W1 = W1 - 0.1 * dW1
