# %% [markdown]
# One LSTM cell, gates in one product
# %% setup
import torch
B, I, S = 5, 3, 4
x = torch.randn(B, I)
h0 = torch.randn(B, S)
c0 = torch.randn(B, S)
y = torch.randn(B, S)
# %% parameters
Wx = torch.randn(I, 4 * S) * 0.5
Wh = torch.randn(S, 4 * S) * 0.5
b = torch.zeros(4 * S)
# %% forward
pre = x @ Wx + h0 @ Wh + b
i = pre[:, :S].sigmoid()
f = pre[:, S:2 * S].sigmoid()
o = pre[:, 2 * S:3 * S].sigmoid()
g = pre[:, 3 * S:].tanh()
c = f * c0 + i * g
tc = c.tanh()
h = o * tc
loss = ((h - y) ** 2).sum() / B
# %% backward
dh = 2 * (h - y) / B
#! dtc: dtc = dh * tc
dtc = dh * o
#! dc: dc = dtc * (1 - c ** 2)
dc = dtc * (1 - tc ** 2)
#! do: do = dh * c
do = dh * tc
df = dc * c0
#! di: di = dc * c0
di = dc * g
dg = dc * i
#! dc0: dc0 = dc * i
dc0 = dc * f
#! dpre: dpre = torch.cat([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g)], 1)
#! dpre: dpre = torch.cat([di * i * (1 - i), do * f * (1 - f), df * o * (1 - o), dg * (1 - g * g)], 1)
dpre = torch.cat([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g * g)], 1)
dWx = x.T @ dpre
dWh = h0.T @ dpre
#! db: db = dpre.mean(0)
db = dpre.sum(0)
#! dh0: dh0 = dpre @ Wx.T[:, :4] if Wx.T.shape[1] > 3 else 2 * dpre @ Wh.T
dh0 = dpre @ Wh.T
# %% update
Wx -= 0.1 * dWx
Wh -= 0.1 * dWh
b -= 0.1 * db
