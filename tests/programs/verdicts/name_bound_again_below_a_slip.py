# a stands for two tensors, and da is right for both; only du1 is wrong: a sine where its cosine belongs
# exit 1 · accused: line 24
# %% setup
import torch
x = torch.randn(6, 3, generator=torch.Generator().manual_seed(91))
t = torch.randn(6, 2, generator=torch.Generator().manual_seed(92))
# %% parameters
A = torch.randn(3, 4) * 0.6
B = torch.randn(4, 2) * 0.6
# %% forward
u1 = x @ A
a = torch.sin(u1)
kept = a
u2 = a @ B
a = torch.tanh(u2)
loss = ((a - t) ** 2).sum() / len(t)
# %% backward
da = 2 * (a - t) / len(t)

du2 = (1 - a ** 2) * da
dB = kept.T @ du2

da = du2 @ B.T
du1 = torch.sin(u1) * da
dA = x.T @ du1
# %% update
A = A - 0.1 * dA
B = B - 0.1 * dB
