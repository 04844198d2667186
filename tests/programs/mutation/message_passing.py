# %% [markdown]
# # One round of message passing on a graph
#
# Along every edge a node sends what it knows; a node adds up what arrives. Backward, the
# edges are walked the other way.
# %% setup
import torch

nodes = 5
source = torch.tensor([0, 1, 1, 2, 3, 4, 4, 0])
goal = torch.tensor([1, 0, 2, 3, 1, 3, 0, 4])
x = torch.randn(nodes, 3)
y = torch.randn(nodes, 2)
# %% parameters
W = torch.randn(3, 4) * 0.6
strength = torch.rand(len(source), 1) + 0.5
U = torch.randn(4, 2) * 0.6
R = torch.randn(4, 2) * 0.6
# %% forward
h = torch.tanh(x @ W)
sent = h[source] * strength
received = torch.zeros(nodes, 4).index_add(0, goal, sent)
out = received @ U + h @ R
e = out - y
loss = (e ** 2).mean()
# %% backward
de = 2 * e / e.numel()
dout = de
dU = received.T @ dout
dR = h.T @ dout
dreceived = dout @ U.T
dsent = dreceived[goal]
dstrength = (dsent * h[source]).sum(1, keepdim=True)
dh = dout @ R.T
dh.index_add_(0, source, dsent * strength)
dW = x.T @ (dh * (1 - h ** 2))
# %% update
W -= 0.2 * dW
strength -= 0.2 * dstrength
U -= 0.2 * dU
R -= 0.2 * dR
