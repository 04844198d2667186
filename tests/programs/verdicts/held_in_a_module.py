# what a Module holds is not followed, and no gradient of it passes
# exit 2 · accused: no line
# says: net.W is cannot be seen
# %% setup
import torch
x = torch.randn(8, 4)
y = torch.randn(8, 3)
class Net(torch.nn.Module):
    def __init__(self):
        super().__init__()
        self.W = torch.nn.Parameter(torch.randn(4, 3))
# %% parameters
net = Net()
b = torch.zeros(3)
# %% forward
out = x @ net.W + b
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
net.dW = 2 * x.T @ dout
db = dout.sum(0)
