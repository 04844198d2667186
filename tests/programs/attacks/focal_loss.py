# %% [markdown]
# # Focal loss
# %% setup
import torch

X = torch.randn(20, 3)
lab = (X[:, 0] + 0.3 * torch.randn(20) > 0).float()
gamma = 2.0
alpha = 0.25
# %% parameters
w = torch.randn(3)
c = torch.zeros(())
# %% forward
score = X @ w + c
prob = torch.sigmoid(score)
pt = torch.where(lab == 1, prob, 1 - prob)
at = torch.where(lab == 1, alpha, 1 - alpha)
focal = -at * (1 - pt) ** gamma * torch.log(pt)
loss = focal.mean()
# %% backward
dfocal = torch.full((20,), 1 / 20)
#! dpt: dpt = dfocal * at * (1 - pt) ** gamma * -1 / pt
#! dpt: dpt = dfocal * at * (-gamma * (1 - pt) ** (gamma - 1) * torch.log(pt) - (1 - pt) ** gamma / pt)
dpt = dfocal * at * (gamma * (1 - pt) ** (gamma - 1) * torch.log(pt) - (1 - pt) ** gamma / pt)
#! dprob: dprob = dpt
dprob = dpt * (2 * lab - 1)
dscore = dprob * prob * (1 - prob)
dw = dscore @ X
#! dc: dc = dscore.mean()
dc = dscore.sum()
# %% update
w = w - 1.0 * dw
c = c - 1.0 * dc
