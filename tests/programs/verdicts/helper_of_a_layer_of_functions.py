# half of the slope is lost before the layers; what the function makes of it is right
# exit 1 · accused: line 21 · explained
# %% setup
import torch
data = torch.randn(4, 3, generator=torch.Generator().manual_seed(75))
aim = torch.randn(4, 2, generator=torch.Generator().manual_seed(76))
def back(arrived, read, weight):
    return arrived @ weight.T, read.T @ arrived, arrived.sum(0)
# %% parameters
W1 = torch.randn(3, 5)
b1 = torch.zeros(5)
W2 = torch.randn(5, 2)
b2 = torch.zeros(2)
# %% forward
z = data @ W1 + b1
h = torch.tanh(z)
out = h @ W2 + b2
loss = ((out - aim) ** 2).mean()
# %% backward
# what arrives at the last layer
error = (out - aim) / out.numel()
flow, dW2, db2 = back(error, h, W2)
flow = flow * (1 - h * h)
_, dW1, db1 = back(flow, data, W1)
# %% update
W1, b1, W2, b2 = W1 - 0.1 * dW1, b1 - 0.1 * db1, W2 - 0.1 * dW2, b2 - 0.1 * db2
