"""Minimal character-level recurrent model, after the well-known gist, in torch."""
import torch

data = "hello world, hello there, well hello. " * 8
chars = sorted(set(data))
data_size, vocab_size = len(data), len(chars)
print("data has %d characters, %d unique." % (data_size, vocab_size))
char_to_ix = {ch: i for i, ch in enumerate(chars)}
ix_to_char = {i: ch for i, ch in enumerate(chars)}

hidden_size = 16
seq_length = 8
learning_rate = 1e-1

Wxh = torch.randn(hidden_size, vocab_size) * 0.01
Whh = torch.randn(hidden_size, hidden_size) * 0.01
Why = torch.randn(vocab_size, hidden_size) * 0.01
bh = torch.zeros(hidden_size, 1)
by = torch.zeros(vocab_size, 1)


def lossFun(inputs, targets, hprev):
    xs, hs, ys, ps = {}, {}, {}, {}
    hs[-1] = hprev.clone()
    loss = 0
    # forward pass
    for t in range(len(inputs)):
        xs[t] = torch.zeros(vocab_size, 1)
        xs[t][inputs[t]] = 1
        hs[t] = torch.tanh(Wxh @ xs[t] + Whh @ hs[t - 1] + bh)
        ys[t] = Why @ hs[t] + by
        ps[t] = torch.exp(ys[t]) / torch.sum(torch.exp(ys[t]))
        loss += -torch.log(ps[t][targets[t], 0])
    # backward pass: compute gradients going backwards
    dWxh, dWhh, dWhy = torch.zeros_like(Wxh), torch.zeros_like(Whh), torch.zeros_like(Why)
    dbh, dby = torch.zeros_like(bh), torch.zeros_like(by)
    dhnext = torch.zeros_like(hs[0])
    for t in reversed(range(len(inputs))):
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
        dparam.clamp_(-5, 5)
    return loss, dWxh, dWhh, dWhy, dbh, dby, hs[len(inputs) - 1]


n, p = 0, 0
mWxh, mWhh, mWhy = torch.zeros_like(Wxh), torch.zeros_like(Whh), torch.zeros_like(Why)
mbh, mby = torch.zeros_like(bh), torch.zeros_like(by)
smooth_loss = -torch.log(torch.tensor(1.0 / vocab_size)) * seq_length
while n < 60:
    if p + seq_length + 1 >= len(data) or n == 0:
        hprev = torch.zeros(hidden_size, 1)
        p = 0
    inputs = [char_to_ix[ch] for ch in data[p:p + seq_length]]
    targets = [char_to_ix[ch] for ch in data[p + 1:p + seq_length + 1]]

    loss, dWxh, dWhh, dWhy, dbh, dby, hprev = lossFun(inputs, targets, hprev)
    smooth_loss = smooth_loss * 0.999 + loss * 0.001
    if n % 20 == 0:
        print("iter %d, loss: %f" % (n, smooth_loss))

    for param, dparam, mem in zip(
        [Wxh, Whh, Why, bh, by], [dWxh, dWhh, dWhy, dbh, dby], [mWxh, mWhh, mWhy, mbh, mby]
    ):
        mem += dparam * dparam
        param += -learning_rate * dparam / torch.sqrt(mem + 1e-8)

    p += seq_length
    n += 1
