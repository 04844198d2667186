# %% [markdown]
# # Batch norm in a character model, atom by atom
#
# Three letters of a river's name go in, a guess at the fourth comes out. Every step is
# taken apart until it is one operation, the batch norm and the softmax included: 26
# tensors, 26 handwritten gradients.
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

n = 32
rows = torch.arange(n)
embedding, hidden, vocabulary = 8, 48, len(letters)
learning_rate = 0.2
# %% [markdown]
# The biases start away from zero on purpose: a gradient that is only right when a
# parameter is zero shows itself.
# %% parameters
C = torch.randn(vocabulary, embedding)
W1 = torch.randn(context * embedding, hidden) / (context * embedding) ** 0.5
b1 = torch.randn(hidden) * 0.1
W2 = torch.randn(hidden, vocabulary) * 0.1
b2 = torch.randn(vocabulary) * 0.1
bngain = 1 + torch.randn(1, hidden) * 0.1
bnbias = torch.randn(1, hidden) * 0.1
# %% [markdown]
# A fresh minibatch in every iteration. The four blocks are the embedding and the first
# layer, the batch norm, the second layer, and the cross-entropy.
# %% forward
batch = torch.randint(0, len(X), (n,))
xb, yb = X[batch], Y[batch]

emb = C[xb]
embcat = emb.view(n, -1)
hprebn = embcat @ W1 + b1

bnmean = hprebn.sum(0, keepdim=True) / n
bndiff = hprebn - bnmean
bndiff2 = bndiff ** 2
bnvar = bndiff2.sum(0, keepdim=True) / (n - 1)
bnvar_inv = (bnvar + 1e-5) ** -0.5
bnraw = bndiff * bnvar_inv
hpreact = bngain * bnraw + bnbias

h = torch.tanh(hpreact)
logits = h @ W2 + b2

logit_maxes = logits.max(1, keepdim=True).values
norm_logits = logits - logit_maxes
counts = norm_logits.exp()
counts_sum = counts.sum(1, keepdim=True)
counts_sum_inv = counts_sum ** -1
probs = counts * counts_sum_inv
logprobs = probs.log()
loss = -logprobs[rows, yb].mean()
# %% [markdown]
# What to watch for:
#
# - Four tensors are used twice and so are built in two lines: `counts`, `logits`,
#   `bndiff` and `hprebn`. The first line sets, the second adds.
# - What was broadcast going forward is summed going backward, along the same dimension.
# - `dlogit_maxes` is zero up to rounding: shifting all logits of a row changes nothing.
#   `db1` is zero too: the batch norm subtracts whatever `b1` adds. Comparing with the
#   true gradient proves little about such lines, so judge each line on its own.
# - A letter that occurs five times in the batch collects five gradients into its row
#   of `dC`.
# %% backward
dlogprobs = torch.zeros_like(logprobs)
dlogprobs[rows, yb] = -1 / n
dprobs = dlogprobs / probs
dcounts_sum_inv = (counts * dprobs).sum(1, keepdim=True)
dcounts = counts_sum_inv * dprobs
dcounts_sum = -counts_sum ** -2 * dcounts_sum_inv
dcounts += dcounts_sum
dnorm_logits = counts * dcounts
dlogit_maxes = -dnorm_logits.sum(1, keepdim=True)
dlogits = dnorm_logits.clone()
dlogits += F.one_hot(logits.argmax(1), vocabulary) * dlogit_maxes

dh = dlogits @ W2.T
dW2 = h.T @ dlogits
db2 = dlogits.sum(0)
dhpreact = (1 - h ** 2) * dh

dbngain = (bnraw * dhpreact).sum(0, keepdim=True)
dbnbias = dhpreact.sum(0, keepdim=True)
dbnraw = bngain * dhpreact
dbnvar_inv = (bndiff * dbnraw).sum(0, keepdim=True)
dbndiff = bnvar_inv * dbnraw
dbnvar = -0.5 * (bnvar + 1e-5) ** -1.5 * dbnvar_inv
dbndiff2 = torch.ones_like(bndiff2) / (n - 1) * dbnvar
dbndiff += 2 * bndiff * dbndiff2
dbnmean = -dbndiff.sum(0, keepdim=True)
dhprebn = dbndiff.clone()
dhprebn += torch.ones_like(hprebn) / n * dbnmean

dembcat = dhprebn @ W1.T
dW1 = embcat.T @ dhprebn
db1 = dhprebn.sum(0)
demb = dembcat.view(emb.shape)
dC = torch.zeros_like(C)
dC.index_add_(0, xb.flatten(), demb.flatten(0, 1))
# %% update
C -= learning_rate * dC
W1 -= learning_rate * dW1
b1 -= learning_rate * db1
W2 -= learning_rate * dW2
b2 -= learning_rate * db2
bngain -= learning_rate * dbngain
bnbias -= learning_rate * dbnbias
