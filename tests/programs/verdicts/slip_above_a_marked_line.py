# what is clipped on purpose is doubled before: a mark excuses its own line alone
# exit 1 · accused: line 19 · explained
# says: 2 times too large
# %% setup
import torch
x = torch.randn(5, 3)
y = torch.randn(5, 2)
# %% parameters
W1 = torch.randn(3, 4)
W2 = torch.randn(4, 2)
# %% forward
z = x @ W1
h = torch.tanh(z)
o = h @ W2
loss = ((o - y) ** 2).sum()
# %% backward
do = 2 * (o - y)
dW2 = h.T @ do
dh = do @ W2.T * 2
dh = dh.clamp(-0.5, 0.5)  # deliberate: clipped for stability
dz = dh * (1 - h ** 2)
dW1 = x.T @ dz
# %% update
W1 -= 0.01 * dW1
W2 -= 0.01 * dW2
