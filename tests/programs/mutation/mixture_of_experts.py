# %% [markdown]
# # A mixture of experts, the best two of four
#
# A gate picks two experts for every row and weighs them by a softmax over the two. What was
# not picked gets nothing.
# %% setup
import torch

n, inputs, experts, outputs = 6, 4, 4, 3
x = torch.randn(n, inputs)
y = torch.randn(n, outputs)
# %% parameters
G = torch.randn(inputs, experts)
E = torch.randn(experts, inputs, outputs) * 0.5
# %% forward
scores = x @ G
best, chosen = scores.topk(2, dim=1)
weights = best.softmax(1)
answers = torch.einsum("ni,eio->neo", x, E).tanh()
index = chosen[:, :, None].expand(n, 2, outputs)
picked = answers.gather(1, index)
out = (weights[:, :, None] * picked).sum(1)
e = out - y
loss = (e ** 2).sum() / n
# %% backward
de = 2 * e / n
dout = de
dpicked = weights[:, :, None] * dout[:, None]
dweights = (picked * dout[:, None]).sum(2)
danswers = torch.zeros_like(answers)
danswers.scatter_(1, index, dpicked)
dE = torch.einsum("ni,neo->eio", x, danswers * (1 - answers ** 2))
dbest = weights * (dweights - (weights * dweights).sum(1, keepdim=True))
dscores = torch.zeros_like(scores)
dscores.scatter_(1, chosen, dbest)
dG = x.T @ dscores
# %% update
G -= 0.2 * dG
E -= 0.2 * dE
