# %% [markdown]
# # A mixture of normal densities
#
# Shares, centres and widths of three components are read off a hidden layer. The share that
# a component has in explaining a point is its responsibility; every gradient starts there.
# %% setup
import torch

n, components = 7, 3
x = torch.randn(n, 2)
y = torch.randn(n, 1)
# %% parameters
W = torch.randn(2, 4) * 0.7
b = torch.randn(4) * 0.1
A = torch.randn(4, components) * 0.5
M = torch.randn(4, components)
S = torch.randn(4, components) * 0.3
# %% forward
u = x @ W + b
h = torch.tanh(u)
logits = h @ A
centres = h @ M
logwidths = h @ S
logshares = logits.log_softmax(1)
z = (y - centres) * torch.exp(-logwidths)
logdensities = -0.5 * z ** 2 - logwidths
joint = logshares + logdensities
likelihood = joint.logsumexp(1)
loss = -likelihood.mean()
# %% backward
dlikelihood = -torch.ones_like(likelihood) / n
djoint = dlikelihood[:, None] * joint.softmax(1)
dlogshares = djoint
dlogdensities = djoint.clone()
dz = -z * dlogdensities
dlogwidths = -dlogdensities
dlogwidths -= z * dz
dcentres = -dz * torch.exp(-logwidths)
dlogits = dlogshares - logshares.exp() * dlogshares.sum(1, keepdim=True)
dA = h.T @ dlogits
dM = h.T @ dcentres
dS = h.T @ dlogwidths
dh = dlogits @ A.T + dcentres @ M.T + dlogwidths @ S.T
du = dh * (1 - h ** 2)
dW = x.T @ du
db = du.sum(0)
# %% update
W -= 0.1 * dW
b -= 0.1 * db
A -= 0.1 * dA
M -= 0.1 * dM
S -= 0.1 * dS
