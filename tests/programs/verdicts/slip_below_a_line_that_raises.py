# dh raises, and du below it has a wrong slope: both are told
# exit 2 · accused: line 19 or 20
# says: 6.*2.*4.*2
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(21))
y = torch.randn(6, 2, generator=torch.Generator().manual_seed(22))
# %% parameters
W1 = torch.randn(3, 4)
W2 = torch.randn(4, 2)
# %% forward
u = x @ W1
h = torch.tanh(u)
o = h @ W2
loss = ((o - y) ** 2).mean()
# %% backward
do = 2 * (o - y) / o.numel()
dW2 = h.T @ do
dh = do @ W2
du = dh * (1 - h)
dW1 = x.T @ du
# %% update
W1 = W1 - 0.1 * dW1
W2 = W2 - 0.1 * dW2
