import torch
torch.manual_seed(2)
x = torch.randn(30, 4)
y = (x.sum(1, keepdim=True) > 0).float()
w = torch.zeros(4, 1)
b = torch.zeros(1)
vw, vb = torch.zeros_like(w), torch.zeros_like(b)
before = torch.tensor(10.0)
rate = 0.5
for i in range(40):
    # forward
    z = x @ w + b
    loss = torch.nn.functional.binary_cross_entropy_with_logits(z, y)
    dloss = before - loss.detach()
    if dloss < 1e-3:
        rate *= 0.5
    before = loss.detach()
    # ---- backward ----
    dz = (torch.sigmoid(z) - y) / len(x)
    dw = x.t() @ dz
    db = dz.sum(0)
    # update, with weight decay and momentum
    dw += 0.01 * w
    vw = 0.9 * vw + dw
    vb = 0.9 * vb + db
    w = w - rate * vw
    b = b - rate * vb
