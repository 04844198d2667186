# %% [markdown]
# # A recurrent network that guesses at every step
#
# The states stand in a dictionary by their time. Two helpers carry the gradient through the
# loop, and neither bears the name of a tensor.
# %% setup
import torch

length, symbols, hidden = 5, 4, 3
ids = torch.randint(0, symbols, (length + 1,))
# %% parameters
Wxh = torch.randn(symbols, hidden) * 0.7
Whh = torch.randn(hidden, hidden) * 0.5
Why = torch.randn(hidden, symbols) * 0.7
bh = torch.randn(hidden) * 0.1
by = torch.randn(symbols) * 0.1
# %% forward
hs, ps = {-1: torch.zeros(hidden)}, {}
loss = 0.0
for t in range(length):
    hs[t] = torch.tanh(Wxh[ids[t]] + hs[t - 1] @ Whh + bh)
    ps[t] = torch.softmax(hs[t] @ Why + by, 0)
    loss = loss - torch.log(ps[t][ids[t + 1]])
# %% backward
dWxh = torch.zeros_like(Wxh)
dWhh = torch.zeros_like(Whh)
dWhy = torch.zeros_like(Why)
dbh = torch.zeros_like(bh)
dby = torch.zeros_like(by)
later = torch.zeros(hidden)
for t in reversed(range(length)):
    guess = ps[t].clone()
    guess[ids[t + 1]] -= 1
    dWhy += torch.outer(hs[t], guess)
    dby += guess
    arriving = Why @ guess + later
    inner = (1 - hs[t] ** 2) * arriving
    dbh += inner
    dWxh[ids[t]] += inner
    dWhh += torch.outer(hs[t - 1], inner)
    later = Whh @ inner
# %% update
Wxh -= 0.1 * dWxh
Whh -= 0.1 * dWhh
Why -= 0.1 * dWhy
bh -= 0.1 * dbh
by -= 0.1 * dby
