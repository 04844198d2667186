# right; dlogits is written step by step, read, and written once more in one line
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(24))
y = torch.tensor([0, 3, 1, 2, 2, 0])
n = 6
# %% parameters
W = torch.randn(3, 4)
b = torch.randn(4) * 0.1
# %% forward
logits = x @ W + b
counts = logits.exp()
sums = counts.sum(1, keepdim=True)
probs = counts / sums
loss = -probs[range(n), y].log().mean()
# %% backward
dprobs = torch.zeros_like(probs)
dprobs[range(n), y] = -1 / (n * probs[range(n), y])
dsums = -(dprobs * counts).sum(1, keepdim=True) / sums ** 2
dcounts = dprobs / sums + dsums
dlogits = dcounts * counts
dW = x.T @ dlogits
db = dlogits.sum(0)

dlogits = torch.softmax(logits, 1)
dlogits[range(n), y] -= 1
dlogits /= n
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
