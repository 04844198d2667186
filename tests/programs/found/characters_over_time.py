# a character model: recurrent, unrolled over a few steps, Adagrad
import torch
torch.manual_seed(0)
data = "hello world, hello backprop"
chars = sorted(set(data))
ix = {c: i for i, c in enumerate(chars)}
V, H, T = len(chars), 8, 6
Wxh = torch.randn(H, V) * 0.1
Whh = torch.randn(H, H) * 0.1
Why = torch.randn(V, H) * 0.1
bh = torch.zeros(H, 1)
by = torch.zeros(V, 1)
mWxh, mWhh, mWhy = torch.zeros_like(Wxh), torch.zeros_like(Whh), torch.zeros_like(Why)
mbh, mby = torch.zeros_like(bh), torch.zeros_like(by)
n, p = 0, 0
smooth_loss = 2.0
while n < 30:
    if p + T + 1 >= len(data) or n == 0:
        hprev = torch.zeros(H, 1)
        p = 0
    inputs = [ix[c] for c in data[p:p + T]]
    targets = [ix[c] for c in data[p + 1:p + T + 1]]
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = hprev.clone()
    loss = 0
    for t in range(T):
        xs[t] = torch.zeros(V, 1)
        xs[t][inputs[t]] = 1
        hs[t] = torch.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        ys[t] = Why @ hs[t] + by
        ps[t] = torch.exp(ys[t]) / torch.exp(ys[t]).sum()
        loss += -torch.log(ps[t][targets[t], 0])
    dWxh, dWhh, dWhy = torch.zeros_like(Wxh), torch.zeros_like(Whh), torch.zeros_like(Why)
    dbh, dby = torch.zeros_like(bh), torch.zeros_like(by)
    dhnext = torch.zeros_like(hs[0])
    for t in reversed(range(T)):
        dy = ps[t].clone()
        dy[targets[t]] -= 1
        dWhy += dy @ hs[t].T
        dby += dy
        dh = Why.T @ dy + dhnext
        dhraw = (1 - hs[t] * hs[t]) * dh
        dbh += dhraw
        dWxh += dhraw @ xs[t].T
        dWhh += dhraw @ hs[t - 1].T
        dhnext = Whh.T @ dhraw
    for dparam in [dWxh, dWhh, dWhy, dbh, dby]:
        torch.clamp(dparam, -5, 5, out=dparam)
    hprev = hs[T - 1].detach()
    smooth_loss = smooth_loss * 0.999 + loss.item() * 0.001
    for param, dparam, mem in zip([Wxh, Whh, Why, bh, by],
                                  [dWxh, dWhh, dWhy, dbh, dby],
                                  [mWxh, mWhh, mWhy, mbh, mby]):
        mem += dparam * dparam
        param += -0.1 * dparam / torch.sqrt(mem + 1e-8)
    p += T
    n += 1
