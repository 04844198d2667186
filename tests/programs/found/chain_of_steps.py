import torch
torch.manual_seed(0)
a = torch.tensor([2.0, 3.0])
b = torch.tensor([1.0, -1.0])
w = torch.randn(2)
z = w * a + b
s = torch.sigmoid(z)
L = s.sum()
dL = 1.0
ds = torch.ones(2) * dL
dz = ds * s * (1 - s)
dw = dz * a
da = dz * w
db = dz
print(dw, da, db)
