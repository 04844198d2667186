# %% [markdown]
# # Attention with rotary position embedding
#
# Queries and keys are turned by an angle that grows with their place; what comes back is
# turned the other way.
# %% setup
import torch

length, channels, pairs = 5, 6, 2
x = torch.randn(length, channels)
target = torch.randn(length, 2 * pairs)
angles = torch.arange(length)[:, None] * 0.5 ** torch.arange(pairs)
cos, sin = angles.cos(), angles.sin()
scale = (2 * pairs) ** -0.5
# %% parameters
Wq = torch.randn(channels, 2 * pairs) * 0.5
Wk = torch.randn(channels, 2 * pairs) * 0.5
Wv = torch.randn(channels, 2 * pairs) * 0.5
# %% forward
q = x @ Wq
k = x @ Wk
v = x @ Wv
q1, q2 = q.chunk(2, dim=1)
k1, k2 = k.chunk(2, dim=1)
qturned = torch.cat([q1 * cos - q2 * sin, q1 * sin + q2 * cos], dim=1)
kturned = torch.cat([k1 * cos - k2 * sin, k1 * sin + k2 * cos], dim=1)
scores = qturned @ kturned.T * scale
weights = scores.softmax(1)
out = weights @ v
e = out - target
loss = (e ** 2).mean()
# %% backward
de = 2 * e / e.numel()
dout = de
dweights = dout @ v.T
dv = weights.T @ dout
average = (weights * dweights).sum(1, keepdim=True)
dscores = weights * (dweights - average)
dqturned = dscores @ kturned * scale
dkturned = dscores.T @ qturned * scale
left, right = dqturned.chunk(2, dim=1)
dq = torch.cat([left * cos + right * sin, right * cos - left * sin], dim=1)
left, right = dkturned.chunk(2, dim=1)
dk = torch.cat([left * cos + right * sin, right * cos - left * sin], dim=1)
dWq = x.T @ dq
dWk = x.T @ dk
dWv = x.T @ dv
# %% update
Wq -= 0.5 * dWq
Wk -= 0.5 * dWk
Wv -= 0.5 * dWv
