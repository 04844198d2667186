# %% [markdown]
# # Layer norm by hand
#
# A network with one hidden layer learns a curve over the plane. Between the layer and
# its tanh stands a layer norm: every example is brought to mean 0 and variance 1 over
# its own features. Batch norm does the same down the columns; this one works along rows.
# %% setup
import torch

n, features, hidden = 64, 2, 24
points = torch.Generator().manual_seed(3)
x = 2 * torch.rand(n, features, generator=points) - 1
y = (torch.sin(3 * x[:, 0]) * x[:, 1]).unsqueeze(1)
eps = 1e-5
learning_rate = 0.05
# %% parameters
W1 = torch.randn(features, hidden)
b1 = torch.randn(hidden)
gain = 1 + torch.randn(hidden) * 0.1
shift = torch.randn(hidden) * 0.1
W2 = torch.randn(hidden, 1) / hidden ** 0.5
b2 = torch.zeros(1)
# %% forward
a = x @ W1 + b1

mean = a.mean(1, keepdim=True)
centred = a - mean
variance = (centred ** 2).mean(1, keepdim=True)
rstd = (variance + eps) ** -0.5
normed = centred * rstd
scaled = gain * normed + shift

h = torch.tanh(scaled)
prediction = h @ W2 + b2
error = prediction - y
loss = (error ** 2).mean()
# %% [markdown]
# `gain` and `shift` belong to a feature and are shared by all examples: their gradients
# sum over the rows. `rstd` and `mean` belong to an example and are shared by all of its
# features: their gradients sum over the columns.
#
# `centred` goes two ways, straight into `normed` and through the variance. `a` goes two
# ways as well, and since `centred` has mean zero, the variance cannot be moved by
# shifting a row: nothing of `dvariance` arrives at `dmean`.
# %% backward
derror = 2 * error / n
dprediction = derror
dh = dprediction @ W2.T
dW2 = h.T @ dprediction
db2 = dprediction.sum(0)
dscaled = (1 - h ** 2) * dh

dgain = (normed * dscaled).sum(0)
dshift = dscaled.sum(0)
dnormed = gain * dscaled
drstd = (centred * dnormed).sum(1, keepdim=True)
dcentred = rstd * dnormed
dvariance = -0.5 * rstd ** 3 * drstd
dcentred += 2 * centred / hidden * dvariance
dmean = -dcentred.sum(1, keepdim=True)
da = dcentred + dmean / hidden

dW1 = x.T @ da
db1 = da.sum(0)
# %% update
W1 -= learning_rate * dW1
b1 -= learning_rate * db1
gain -= learning_rate * dgain
shift -= learning_rate * dshift
W2 -= learning_rate * dW2
b2 -= learning_rate * db2
