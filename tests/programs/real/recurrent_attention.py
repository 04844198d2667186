# %% [markdown]
# Three steps of a recurrent net with the same weights, layer norm and attention, each a pair of functions.
# %% setup
import torch
torch.manual_seed(0)
X = torch.randn(3, 6, 4)
Y = torch.randn(6, 5)
def rnn_step_forward(x, prev_h, Wx, Wh, b):
    next_h = torch.tanh(x @ Wx + prev_h @ Wh + b)
    cache = x, prev_h, Wx, Wh, next_h
    return next_h, cache
def rnn_step_backward(dnext_h, cache):
    x, prev_h, Wx, Wh, next_h = cache
    da = dnext_h * (1 - next_h**2)
    dx = da @ Wx.T
    dprev_h = da @ Wh.T
    dWx = x.T @ da
    dWh = prev_h.T @ da
    db = da.sum(0)
    return dx, dprev_h, dWx, dWh, db
def layernorm_forward(x, gamma, beta, eps=1e-5):
    mu = x.mean(1, keepdim=True)
    xc = x - mu
    var = (xc**2).mean(1, keepdim=True)
    std = torch.sqrt(var + eps)
    xn = xc / std
    return xn * gamma + beta, (xn, std, gamma)
def layernorm_backward(dout, cache):
    xn, std, gamma = cache
    dgamma, dbeta = (dout * xn).sum(0), dout.sum(0)
    dxn = dout * gamma
    dx = (dxn - dxn.mean(1, keepdim=True) - xn * (dxn * xn).mean(1, keepdim=True)) / std
    return dx, dgamma, dbeta
def attention_forward(q, k, v):
    s = q @ k.T / q.shape[1] ** 0.5
    p = torch.softmax(s, 1)
    return p @ v, (q, k, v, p)
def attention_backward(dout, cache):
    q, k, v, p = cache
    dv = p.T @ dout
    dp = dout @ v.T
    ds = p * (dp - (dp * p).sum(1, keepdim=True)) / q.shape[1] ** 0.5
    return ds @ k, ds.T @ q, dv
# %% parameters
Wx = torch.randn(4, 5) * 0.5
Wh = torch.randn(5, 5) * 0.5
b = torch.randn(5)
g = torch.rand(5) + 0.5
c = torch.randn(5)
Wq = torch.randn(5, 5) * 0.5
# %% forward
h0 = torch.zeros(6, 5)
h1, s1 = rnn_step_forward(X[0], h0, Wx, Wh, b)
h2, s2 = rnn_step_forward(X[1], h1, Wx, Wh, b)
h3, s3 = rnn_step_forward(X[2], h2, Wx, Wh, b)
ln, lc = layernorm_forward(h3, g, c)
q = ln @ Wq
o, ac = attention_forward(q, ln, ln)
y = o + h3
loss = ((y - Y) ** 2).sum() / len(Y)
# %% backward
dy = 2 * (y - Y) / len(Y)
dq, dk, dv = attention_backward(dy, ac)
dWq = ln.T @ dq
dln = dq @ Wq.T + dk + dv
dh3, dg, dc = layernorm_backward(dln, lc)
dh3 = dh3 + dy
dx3, dh2, dWx3, dWh3, db3 = rnn_step_backward(dh3, s3)
dx2, dh1, dWx2, dWh2, db2 = rnn_step_backward(dh2, s2)
dx1, dh0, dWx1, dWh1, db1 = rnn_step_backward(dh1, s1)
dWx = dWx1 + dWx2 + dWx3
dWh = dWh1 + dWh2 + dWh3
db = db1 + db2 + db3
# %% update
for p, gr in ((Wx, dWx), (Wh, dWh), (b, db), (g, dg), (c, dc), (Wq, dWq)):
    p -= 0.05 * gr
