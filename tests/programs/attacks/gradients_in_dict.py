# %% [markdown]
# # Gradients travel through a dict and a list before they get names; Adam in a class
# %% setup
import torch


class Adam:
    def __init__(self, lr=0.01):
        self.lr, self.t, self.m, self.v = lr, 0, {}, {}

    def step(self, params, grads):
        self.t += 1
        for k in params:
            self.m[k] = 0.9 * self.m.get(k, 0) + 0.1 * grads[k]
            self.v[k] = 0.999 * self.v.get(k, 0) + 0.001 * grads[k] ** 2
            mhat = self.m[k] / (1 - 0.9**self.t)
            vhat = self.v[k] / (1 - 0.999**self.t)
            params[k] -= self.lr * mhat / (vhat.sqrt() + 1e-8)


def affine_back(d, inp, weight):
    return {"in": d @ weight.T, "w": inp.T @ d, "b": d.sum(0)}


opt = Adam()
xd = torch.randn(9, 3)
yd = torch.randn(9, 2)
# %% parameters
W1 = torch.randn(3, 7)
b1 = torch.randn(7)
W2 = torch.randn(7, 2)
b2 = torch.randn(2)
# %% forward
z1 = xd @ W1 + b1
a1 = torch.sin(z1)
z2 = a1 @ W2 + b2
loss = (z2 - yd).abs().mean()
# %% backward
grads = {}
#! dz2: dz2 = torch.sign(z2 - yd) / z2.shape[0]
dz2 = torch.sign(z2 - yd) / z2.numel()
grads["z2"] = affine_back(dz2, a1, W2)
dW2, db2 = grads["z2"]["w"], grads["z2"]["b"]
da1 = grads["z2"]["in"]
#! dz1: dz1 = da1 * -torch.cos(z1)
dz1 = da1 * torch.cos(z1)
#! dW1: grads["z1"] = affine_back(dz1, torch.sin(xd), W1)
grads["z1"] = affine_back(dz1, xd, W1)
stack = [grads["z1"][key] for key in ("w", "b")]
#! db1: db1 = 2 * stack.pop()
db1 = stack.pop()
dW1 = stack.pop()
# %% update
opt.step({"W1": W1, "b1": b1, "W2": W2, "b2": b2}, {"W1": dW1, "b1": db1, "W2": dW2, "b2": db2})
