# parameters unpacked from a dictionary: dW1 is the gradient of what W1 was given
# exit 1 · accused: line 23 · explained
# says: the sum over dimension 0 is missing
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
# %% parameters
params = {"W1": torch.randn(5, 7), "b1": torch.randn(7), "W2": torch.randn(7, 3), "b2": torch.randn(3)}
# %% forward
W1, b1 = params["W1"], params["b1"]
W2 = params["W2"]
b2 = params["b2"]
h = torch.tanh(x @ W1 + b1)
out = h @ W2 + b2
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
dW2 = h.T @ dout
db2 = dout.sum(0)
dh = dout @ W2.T
dz = dh * (1 - h ** 2)
db1 = dz
dW1 = x.T @ dz
grads = {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2}
# %% update
for key in params:
    params[key] = params[key] - 0.1 * grads[key]
