# %% [markdown]
# # An autoencoder whose decoder is the encoder transposed, gradient clipping, momentum in a dict
# %% setup
import torch

X = torch.randn(10, 6)
state = {}
# %% parameters
W = torch.randn(6, 3) * 0.5
be = torch.zeros(3)
bd = torch.zeros(6)
# %% forward
code = torch.relu(X @ W + be)
recon = code @ W.T + bd
diff = recon - X
loss = diff.square().mean()
# %% backward
drecon = 2.0 * diff / diff.numel()
dbd = drecon.sum(0)
#! dW: dW = 2 * (drecon.T @ code)
dW = drecon.T @ code
dcode = drecon @ W
dpre = dcode * (code > 0)
#! dbe: dbe = dcode.sum(0)
dbe = dpre.sum(0)
#! dW: dW += X.T @ dcode
dW += X.T @ dpre
# %% update
grads = {"W": dW, "be": dbe, "bd": dbd}
total = torch.sqrt(sum((g**2).sum() for g in grads.values()))
clip = min(1.0, 0.5 / (float(total) + 1e-6))
for name, g in grads.items():
    g *= clip
    state[name] = 0.9 * state.get(name, 0.0) + g
W -= 0.1 * state["W"]
be -= 0.1 * state["be"]
bd -= 0.1 * state["bd"]
