import torch

torch.manual_seed(8)
data = torch.randn(48, 3)
answers = (data ** 2).sum(1, keepdim=True)
V = torch.randn(3, 12) * 0.4
c = torch.zeros(12)
U = torch.randn(12, 1) * 0.4
history = []


def step(batch, target, rate):
    global V, c, U
    pre = batch @ V + c
    act = pre.clamp(min=0)
    out = act @ U
    loss = ((out - target) ** 2).mean()
    d_out = 2 * (out - target) / len(batch)
    d_U = act.t() @ d_out
    d_act = d_out @ U.t()
    d_pre = d_act * (pre > 0).float()
    d_V = batch.t() @ d_pre
    d_c = d_pre.sum(0)
    V = V - rate * d_V
    c = c - rate * d_c
    U = U - rate * d_U
    return loss.item()


for i in range(100):
    pick = torch.randperm(len(data))[:16]
    history.append(step(data[pick], answers[pick], 0.02))
    if i % 25 == 0:
        print(f"{i:4d} {history[-1]:.4f}")
