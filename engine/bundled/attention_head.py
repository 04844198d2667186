# %% [markdown]
# # One attention head by hand
#
# Sequences of random symbols, and a head that should say at every position which symbol
# stood one place before. Nothing but attention can carry it over: the queries have to
# learn to look back by one.
# %% setup
import torch

symbols, length, channels, head = 6, 8, 24, 16
sequences = 16
n = sequences * (length - 1)
scale = head ** -0.5
places = torch.arange(length)
future = places > places.unsqueeze(1)
learning_rate = 0.5
# %% parameters
E = torch.randn(symbols, channels) * 0.5
P = torch.randn(length, channels) * 0.5
Wq = torch.randn(channels, head) / channels ** 0.5
Wk = torch.randn(channels, head) / channels ** 0.5
Wv = torch.randn(channels, head) / channels ** 0.5
Wo = torch.randn(head, symbols) / head ** 0.5
# %% [markdown]
# `future` marks the places that a position may not look at; minus infinity becomes a
# weight of exactly zero. The first position has nothing before it and is not scored.
# %% forward
ids = torch.randint(0, symbols, (sequences, length))
token = E[ids]
x = token + P

q = x @ Wq
k = x @ Wk
v = x @ Wv
scores = q @ k.mT * scale
masked = scores.masked_fill(future, float("-inf"))
weights = masked.softmax(-1)
mixed = weights @ v

logits = mixed @ Wo
logprobs = logits.log_softmax(-1)
scored = logprobs[:, 1:]
chosen = scored.gather(-1, ids[:, :-1, None])
loss = -chosen.sum() / n
# %% [markdown]
# The softmax's gradient is worth learning by heart: subtract from `dweights` its
# average under the weights, then multiply by the weights. What is masked has weight
# zero, so it gets no gradient, and minus infinity never enters the arithmetic.
#
# `x` is used three times; `Wq`, `Wk` and `Wv` are shared by all sequences, so their
# gradients are one product over all rows of all sequences. `P` is added to every
# sequence: sum over the sequences.
# %% backward
dchosen = -torch.ones_like(chosen) / n
dscored = torch.zeros_like(scored)
dscored.scatter_(-1, ids[:, :-1, None], dchosen)
dlogprobs = torch.zeros_like(logprobs)
dlogprobs[:, 1:] = dscored
dlogits = dlogprobs - logprobs.exp() * dlogprobs.sum(-1, keepdim=True)
dmixed = dlogits @ Wo.T
dWo = mixed.flatten(0, 1).T @ dlogits.flatten(0, 1)

dweights = dmixed @ v.mT
dv = weights.mT @ dmixed
average = (weights * dweights).sum(-1, keepdim=True)
dmasked = weights * (dweights - average)
dscores = dmasked.masked_fill(future, 0.0)
dq = dscores @ k * scale
dk = dscores.mT @ q * scale

rows = x.flatten(0, 1)
dWq = rows.T @ dq.flatten(0, 1)
dWk = rows.T @ dk.flatten(0, 1)
dWv = rows.T @ dv.flatten(0, 1)
dx = dq @ Wq.T + dk @ Wk.T + dv @ Wv.T
dtoken = dx
dP = dx.sum(0)
dE = torch.zeros_like(E)
dE.index_add_(0, ids.flatten(), dtoken.flatten(0, 1))
# %% update
E -= learning_rate * dE
P -= learning_rate * dP
Wq -= learning_rate * dWq
Wk -= learning_rate * dWk
Wv -= learning_rate * dWv
Wo -= learning_rate * dWo
