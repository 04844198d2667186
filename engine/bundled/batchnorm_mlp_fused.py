# %% [markdown]
# # Batch norm in a character model, fused
#
# The model of `batchnorm_mlp`, with its two long chains each folded into one expression:
# the cross-entropy and the batch norm. Thirteen gradients instead of twenty-six, less
# memory, and the same numbers up to rounding.
# %% setup
import torch
import torch.nn.functional as F

rivers = """
amazon amur arno colorado congo danube dnieper douro drava ebro elbe euphrates ganges
garonne indus irrawaddy jordan kura lena limpopo loire mackenzie madeira maritsa mekong
meuse moselle murray neckar niger nile ob oder ohio orinoco parana po rhine rhone sava
seine senegal severn spree tagus thames tiber tigris tisza ural vistula volga volta
weser yangtze yenisei yukon zambezi
""".split()
letters = ["."] + sorted(set("".join(rivers)))
number = {letter: i for i, letter in enumerate(letters)}
context = 3
contexts, nexts = [], []
for river in rivers:
    spelled = [0] * context + [number[letter] for letter in river] + [0]
    for i in range(len(spelled) - context):
        contexts.append(spelled[i : i + context])
        nexts.append(spelled[i + context])
X = torch.tensor(contexts)
Y = torch.tensor(nexts)

batches = torch.Generator().manual_seed(2)
n = 32
rows = torch.arange(n)
embedding, hidden, vocabulary = 8, 48, len(letters)
learning_rate = 0.2
# %% parameters
C = torch.randn(vocabulary, embedding)
W1 = torch.randn(context * embedding, hidden) / (context * embedding) ** 0.5
b1 = torch.randn(hidden) * 0.1
W2 = torch.randn(hidden, vocabulary) * 0.1
b2 = torch.randn(vocabulary) * 0.1
bngain = 1 + torch.randn(1, hidden) * 0.1
bnbias = torch.randn(1, hidden) * 0.1
# %% [markdown]
# The minibatches come from a generator of their own, so that they stay the same when
# the model draws other random numbers.
# %% forward
batch = torch.randint(0, len(X), (n,), generator=batches)
xb, yb = X[batch], Y[batch]

emb = C[xb]
embcat = emb.view(n, -1)
hprebn = embcat @ W1 + b1

bnmean = hprebn.mean(0, keepdim=True)
bnvar = hprebn.var(0, keepdim=True)
bnvar_inv = (bnvar + 1e-5) ** -0.5
bnraw = (hprebn - bnmean) * bnvar_inv
hpreact = bngain * bnraw + bnbias

h = torch.tanh(hpreact)
logits = h @ W2 + b2
loss = F.cross_entropy(logits, yb)
# %% [markdown]
# The softmax and the cross-entropy cancel each other almost completely: each row of
# `dlogits` pulls the right letter up and pushes every letter down by its probability.
#
# The batch norm shrinks as well. Its output has mean 0 and variance 1 in every column,
# whatever comes in, so the gradient loses two parts on the way back: its mean, and its
# projection on `bnraw`. The `n - 1` is left over from the unbiased variance.
# %% backward
dlogits = F.softmax(logits, 1)
dlogits[rows, yb] -= 1
dlogits /= n

dh = dlogits @ W2.T
dW2 = h.T @ dlogits
db2 = dlogits.sum(0)
dhpreact = (1 - h ** 2) * dh

dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
dbnbias = dhpreact.sum(0, keepdim=True)
mean_part = dbnbias / n
bnraw_part = bnraw * dbngain / (n - 1)
dhprebn = bngain * bnvar_inv * (dhpreact - mean_part - bnraw_part)

dembcat = dhprebn @ W1.T
dW1 = embcat.T @ dhprebn
db1 = dhprebn.sum(0)
demb = dembcat.view(emb.shape)
dC = torch.zeros_like(C)
for position in range(context):
    dC.index_add_(0, xb[:, position], demb[:, position])
# %% update
C -= learning_rate * dC
W1 -= learning_rate * dW1
b1 -= learning_rate * db1
W2 -= learning_rate * dW2
b2 -= learning_rate * db2
bngain -= learning_rate * dbngain
bnbias -= learning_rate * dbnbias
