# %% [markdown]
# # An LSTM unrolled by hand, caches in lists
# %% setup
import torch

T, n_batch, n_in, n_hid = 4, 3, 5, 6
xs = torch.randn(T, n_batch, n_in)
ys = torch.randn(n_batch, n_hid)
# %% parameters
Wx = torch.randn(n_in, 4 * n_hid) * 0.3
Wh = torch.randn(n_hid, 4 * n_hid) * 0.3
bias = torch.randn(4 * n_hid) * 0.1
# %% forward
h = torch.zeros(n_batch, n_hid)
c = torch.zeros(n_batch, n_hid)
cache = []
for t in range(T):
    pre = xs[t] @ Wx + h @ Wh + bias
    i, f, o, g = pre.chunk(4, dim=1)
    i, f, o, g = i.sigmoid(), f.sigmoid(), o.sigmoid(), g.tanh()
    c_next = f * c + i * g
    h_next = o * c_next.tanh()
    cache.append((h, c, i, f, o, g, c_next))
    h, c = h_next, c_next
out = h
loss = ((out - ys) ** 2).sum() / n_batch
# %% backward
#! dout: dout = (out - ys) / n_batch
dout = 2 * (out - ys) / n_batch
dWx = torch.zeros_like(Wx)
dWh = torch.zeros_like(Wh)
dbias = torch.zeros_like(bias)
dh_next, dc_next = dout, torch.zeros(n_batch, n_hid)
for t in reversed(range(T)):
    h_prev, c_prev, i, f, o, g, c_t = cache[t]
    do = dh_next * c_t.tanh()
    dct = dc_next + dh_next * o * (1 - c_t.tanh() ** 2)
    di = dct * g
    df = dct * c_prev
    dg = dct * i
    dpre_all = torch.cat([di * i * (1 - i), df * f * (1 - f), do * o * (1 - o), dg * (1 - g**2)], 1)
    #! dWx: dWx += xs[t].T @ -dpre_all
    dWx += xs[t].T @ dpre_all
    #! dWh: dWh = h_prev.T @ dpre_all
    dWh += h_prev.T @ dpre_all
    dbias += dpre_all.sum(0)
    dh_next = dpre_all @ Wh.T
    dc_next = dct * f
# %% update
Wx = Wx - 0.1 * dWx
Wh = Wh - 0.1 * dWh
bias = bias - 0.1 * dbias
