# right: minus the share of the paths; torch's own backward of ctc_loss is not the derivative by log-probabilities
# exit 0 · accused: no line
# %% setup
import itertools
import torch
import torch.nn.functional as F
T, C = 4, 3
target = torch.tensor([[1, 2]])
x = torch.randn(T, 2, generator=torch.Generator().manual_seed(8))
def spelled(path):
    kept = [s for i, s in enumerate(path) if i == 0 or s != path[i - 1]]
    return [s for s in kept if s != 0]
paths = [p for p in itertools.product(range(C), repeat=T) if spelled(p) == [1, 2]]
steps = torch.arange(T)
# %% parameters
W = torch.randn(2, C)
# %% forward
logits = x @ W
logp = torch.log_softmax(logits, 1)
loss = F.ctc_loss(logp[:, None, :], target, torch.tensor([T]), torch.tensor([2]), reduction="sum")
# %% backward
chances = torch.stack([logp[steps, torch.tensor(p)].sum().exp() for p in paths])
dlogp = torch.zeros_like(logp)
for p, chance in zip(paths, chances):
    dlogp[steps, torch.tensor(p)] -= chance / chances.sum()
dlogits = dlogp - torch.softmax(logits, 1) * dlogp.sum(1, keepdim=True)
dW = x.T @ dlogits
# %% update
W = W - 0.1 * dW
