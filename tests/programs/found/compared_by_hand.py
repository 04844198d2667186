import torch
x = torch.tensor([[1., 2.], [3., 4.]])
w = torch.tensor([[0.1], [0.2]], requires_grad=True)
b = torch.tensor([0.5], requires_grad=True)
t = torch.tensor([[1.], [0.]])

y = x @ w + b
y.retain_grad()
p = torch.sigmoid(y)
p.retain_grad()
loss = -(t * p.log() + (1 - t) * (1 - p).log()).mean()
loss.backward()

# by hand
dp = -(t / p - (1 - t) / (1 - p)) / 2
dy = dp * p * (1 - p)
dw = x.T @ dy
db = dy.sum(0)

for name, mine, theirs in [("p", dp, p.grad), ("y", dy, y.grad), ("w", dw, w.grad), ("b", db, b.grad)]:
    print(name, torch.allclose(mine, theirs))
