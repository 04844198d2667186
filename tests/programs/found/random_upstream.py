# checking the backward of one layer with a random upstream gradient
import torch
torch.manual_seed(0)
x = torch.randn(4, 5)
w = torch.randn(5, 3)
b = torch.randn(3)
out = torch.relu(x @ w + b)
dout = torch.randn_like(out)
dpre = dout * (out > 0)
dx = dpre @ w.T
dw = x.T @ dpre
db = dpre.sum(0)
print(dx.shape)
