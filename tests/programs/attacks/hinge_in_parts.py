# %% [markdown]
# A margin loss: one line reads what is built of a gradient so far, the next completes it.
# %% setup
import torch

X = torch.randn(9, 4)
Y = torch.randint(0, 3, (9,))
rows = torch.arange(9)
# %% parameters
W = torch.randn(4, 3)
# %% forward
scores = X @ W
correct = scores[rows, Y].unsqueeze(1)
margins = (scores - correct + 1).clamp(min=0)
keep = torch.ones_like(margins)
keep[rows, Y] = 0
hinge = margins * keep
loss = hinge.sum() / 9 + 0.05 * (W * W).sum()
# %% backward
dhinge = torch.ones_like(hinge) / 9
#! dmargins: dmargins = 2 * dhinge * keep
dmargins = dhinge * keep
#! dscores: dscores = -dmargins * (margins > 0)
#! dscores: dscores = dmargins * 1.01 * (margins > 0)
dscores = dmargins * (margins > 0)
#! dcorrect: dcorrect = dscores.sum(1, keepdim=True)
dcorrect = -dscores.sum(1, keepdim=True)
#! dscores: dscores[rows, Y] -= dcorrect.squeeze(1)
dscores[rows, Y] += dcorrect.squeeze(1)
#! dW: dW = X.T @ dscores + 0.05 * W
dW = X.T @ dscores + 0.1 * W
# %% update
W = W - 0.1 * dW
