# right; the forward's function gives the gradient of the scores beside the loss
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(5, 4, generator=torch.Generator().manual_seed(17))
y = torch.tensor([0, 2, 1, 1, 0])
def cross_entropy(scores, labels):
    n = len(labels)
    p = torch.softmax(scores, 1)
    value = -torch.log(p[torch.arange(n), labels]).mean()
    slope = p.clone()
    slope[torch.arange(n), labels] -= 1
    return value, slope / n
# %% parameters
W = torch.randn(4, 3)
b = torch.zeros(3)
# %% forward
scores = x @ W + b
loss, dscores = cross_entropy(scores, y)
# %% backward
dW = x.T @ dscores
db = dscores.sum(0)
# %% update
W = W - 0.1 * dW
b = b - 0.1 * db
