# every gradient is that of -loss: the first line has the other sign, and ascends
# exit 1 · accused: line 14 · explained
# says: ascent|ascend|sign|-loss
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(34))
# %% parameters
w = torch.randn(3)
# %% forward
z = x @ w
reward = torch.tanh(z)
loss = reward.mean()
# %% backward
dreward = -torch.ones_like(reward) / len(reward)
dz = dreward * (1 - reward ** 2)
dw = x.T @ dz
# %% update
w = w - 0.1 * dw
