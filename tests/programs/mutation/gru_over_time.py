# %% [markdown]
# # A gated recurrent unit over time
#
# What is needed in the backward loop has names of its own, which belong to no tensor:
# the flow from the step after, and what arrives before each squashing.
# %% setup
import torch

length, inputs, hidden = 4, 3, 4
x = torch.randn(length, inputs)
y = torch.randn(hidden)
# %% parameters
Wr = torch.randn(inputs + hidden, hidden) * 0.5
Wz = torch.randn(inputs + hidden, hidden) * 0.5
Wn = torch.randn(inputs, hidden) * 0.5
Un = torch.randn(hidden, hidden) * 0.5
# %% forward
states, resets, updates, news = [torch.zeros(hidden)], [], [], []
for t in range(length):
    both = torch.cat([x[t], states[t]])
    resets.append(torch.sigmoid(both @ Wr))
    updates.append(torch.sigmoid(both @ Wz))
    news.append(torch.tanh(x[t] @ Wn + resets[t] * (states[t] @ Un)))
    states.append((1 - updates[t]) * news[t] + updates[t] * states[t])
last = states[-1]
loss = ((last - y) ** 2).sum()
# %% backward
dlast = 2 * (last - y)
dWr = torch.zeros_like(Wr)
dWz = torch.zeros_like(Wz)
dWn = torch.zeros_like(Wn)
dUn = torch.zeros_like(Un)
flow = dlast
for t in reversed(range(length)):
    both = torch.cat([x[t], states[t]])
    new_in = flow * (1 - updates[t]) * (1 - news[t] ** 2)
    update_in = flow * (states[t] - news[t]) * updates[t] * (1 - updates[t])
    reset_in = new_in * (states[t] @ Un) * resets[t] * (1 - resets[t])
    gated = new_in * resets[t]
    dWn += torch.outer(x[t], new_in)
    dUn += torch.outer(states[t], gated)
    dWz += torch.outer(both, update_in)
    dWr += torch.outer(both, reset_in)
    through_gates = Wz @ update_in + Wr @ reset_in
    flow = flow * updates[t] + Un @ gated + through_gates[inputs:]
# %% update
Wr -= 0.1 * dWr
Wz -= 0.1 * dWz
Wn -= 0.1 * dWn
Un -= 0.1 * dUn
