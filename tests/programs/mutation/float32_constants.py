# %% [markdown]
# # Constants in float32 on the handwritten side
#
# An adjacency with thirds in it, a matrix that centres and soft labels: all made once, in
# single precision, while the forward uses functions.
# %% setup
import torch
import torch.nn.functional as F

n, inputs, classes = 6, 4, 3
x = torch.randn(n, inputs)
y = torch.randint(0, classes, (n,))
near = torch.tensor([[0, 1, 2], [1, 3, 4], [2, 0, 5], [3, 4, 1], [4, 5, 0], [5, 2, 3]])
adjacency = (torch.zeros(n, n).scatter_(1, near, 1.0) / 3).float()
centring = (torch.eye(n) - 1 / n).float()
soft = 0.9 * F.one_hot(y, classes).float() + 0.1 / classes
# %% parameters
W = torch.randn(inputs, 5) * 0.6
U = torch.randn(5, classes) * 0.6
# %% forward
h = x @ W
spread = h[near].mean(1)
centred = spread - spread.mean(0)
a = torch.tanh(centred)
logits = a @ U
loss = F.cross_entropy(logits, y, label_smoothing=0.1)
# %% backward
dlogits = (logits.softmax(1) - soft) / n
dU = a.T @ dlogits
da = dlogits @ U.T
dcentred = da * (1 - a ** 2)
dspread = centring.to(dcentred.dtype) @ dcentred
dh = adjacency.to(dspread.dtype).T @ dspread
dW = x.T @ dh
# %% update
W -= 0.5 * dW
U -= 0.5 * dU
