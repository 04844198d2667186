# the scores of a loop, changed in part at an index that is called for, lose two where one is due
# exit 1 · accused: line 33 · explained
# says: 2 where 1 belongs
# %% setup
import torch
torch.manual_seed(0)
T = 4
x = torch.randn(T, 3, 5)
y = torch.randint(0, 4, (T, 3))
# %% parameters
Wx = torch.randn(5, 6) * 0.4
Wh = torch.randn(6, 6) * 0.4
bh = torch.zeros(6)
Wy = torch.randn(6, 4) * 0.4
# %% forward
hs = [torch.zeros(3, 6)]
ps = []
loss = 0.0
for t in range(T):
    h = torch.tanh(x[t] @ Wx + hs[-1] @ Wh + bh)
    hs.append(h)
    p = torch.softmax(h @ Wy, 1)
    ps.append(p)
    loss = loss - p[range(3), y[t]].log().sum()
# %% backward
dWx = torch.zeros_like(Wx)
dWh = torch.zeros_like(Wh)
dbh = torch.zeros_like(bh)
dWy = torch.zeros_like(Wy)
dnext = torch.zeros(3, 6)
for t in reversed(range(T)):
    dlogit = ps[t].clone()
    dlogit[range(3), y[t]] -= 2
    dWy += hs[t + 1].T @ dlogit
    dhid = dlogit @ Wy.T + dnext
    draw = dhid * (1 - hs[t + 1] ** 2)
    dbh += draw.sum(0)
    dWx += x[t].T @ draw
    dWh += hs[t].T @ draw
    dnext = draw @ Wh.T
# %% update
Wx = Wx - 0.1 * dWx
Wh = Wh - 0.1 * dWh
bh = bh - 0.1 * dbh
Wy = Wy - 0.1 * dWy
