# %% [markdown]
# # A recurrent network whose states live in lists
# %% setup
import torch

draw = torch.Generator().manual_seed(6)
steps, n = 4, 6
x = torch.randn(steps, n, 3, generator=draw)
y = torch.randn(n, 2, generator=draw)
# %% parameters
Wx = torch.randn(3, 5) * 0.5
Wh = torch.randn(5, 5) * 0.5
b = torch.zeros(5)
V = torch.randn(5, 2)
# %% forward
states = [torch.zeros(n, 5)]
for t in range(steps):
    states.append(torch.tanh(x[t] @ Wx + states[-1] @ Wh + b))
out = states[-1] @ V
error = out - y
loss = (error**2).sum() / n
# %% backward
dout = 2 * error / n
dV = states[-1].T @ dout
dWx = torch.zeros_like(Wx)
dWh = torch.zeros_like(Wh)
db = torch.zeros_like(b)
dnext = dout @ V.T
for t in reversed(range(steps)):
    draw_in = (1 - states[t + 1] ** 2) * dnext
    dWx += x[t].T @ draw_in
    dWh += states[t].T @ draw_in
    db += draw_in.sum(0)
    dnext = draw_in @ Wh.T
# %% update
Wx = Wx - 0.05 * dWx
Wh = Wh - 0.05 * dWh
b = b - 0.05 * db
V = V - 0.05 * dV
