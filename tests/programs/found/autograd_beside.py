import torch
import numpy as np
import matplotlib.pyplot as plt
from matplotlib import cm
from tqdm import tqdm, trange

torch.manual_seed(0)
fig, (ax1, ax2) = plt.subplots(1, 2, figsize=(8, 4))
x = torch.randn(30, 2)
y = x @ torch.tensor([[1.0], [2.0]])
w = torch.zeros(2, 1, requires_grad=True)
for epoch in trange(20, desc="training"):
    pred = x @ w
    err = pred - y
    L = err.pow(2).mean()
    w.grad = None
    L.backward()
    d_pred = 2 * err / len(x)
    d_w = x.t() @ d_pred
    with torch.no_grad():
        assert torch.allclose(d_w, w.grad)
        w -= 0.1 * d_w
    if epoch % 5 == 0:
        tqdm.write(f"{epoch} {L.item():.3f}")
        ax1.plot(epoch, L.item())
plt.show()
