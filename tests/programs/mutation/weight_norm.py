# %% [markdown]
# # Two layers with weight norm
#
# A column of weights is a length times a direction; what would change the length of the
# direction is taken out of its gradient.
# %% setup
import torch

n, inputs, hidden, outputs = 6, 4, 5, 3
x = torch.randn(n, inputs)
y = torch.randint(0, outputs, (n,))
rows = torch.arange(n)
# %% parameters
V1 = torch.randn(inputs, hidden)
g1 = torch.rand(1, hidden) + 0.5
V2 = torch.randn(hidden, outputs)
g2 = torch.rand(1, outputs) + 0.5
b2 = torch.randn(outputs) * 0.1
# %% forward
norm1 = V1.norm(dim=0, keepdim=True)
W1 = g1 * V1 / norm1
h = torch.sigmoid(x @ W1)
norm2 = (V2 ** 2).sum(0, keepdim=True).sqrt()
direction2 = V2 / norm2
W2 = g2 * direction2
logits = h @ W2 + b2
logp = logits.log_softmax(1)
loss = -logp[rows, y].mean()
# %% backward
dlogits = logp.exp()
dlogits[rows, y] -= 1
dlogits /= n
db2 = dlogits.sum(0)
dW2 = h.T @ dlogits
dg2 = (dW2 * direction2).sum(0, keepdim=True)
ddirection2 = g2 * dW2
dnorm2 = -(ddirection2 * V2).sum(0, keepdim=True) / norm2 ** 2
dV2 = ddirection2 / norm2
dV2 += dnorm2 * V2 / norm2
dh = dlogits @ W2.T
dW1 = x.T @ (dh * h * (1 - h))
dg1 = (dW1 * V1).sum(0, keepdim=True) / norm1
dV1 = g1 / norm1 * (dW1 - V1 * (dW1 * V1).sum(0, keepdim=True) / norm1 ** 2)
# %% update
V1 -= 0.5 * dV1
g1 -= 0.5 * dg1
V2 -= 0.5 * dV2
g2 -= 0.5 * dg2
b2 -= 0.5 * db2
