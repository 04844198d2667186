# right; a Function with a right backward, and the handwritten lines that say the same
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(4, 3, generator=torch.Generator().manual_seed(21))


class Softsign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v):
        ctx.save_for_backward(v)
        return v / (1 + v.abs())

    @staticmethod
    def backward(ctx, upstream):
        (v,) = ctx.saved_tensors
        return upstream / (1 + v.abs()) ** 2


# %% parameters
W = torch.randn(3, 3)
# %% forward
h = x @ W
g = Softsign.apply(h)
loss = (g ** 2).sum()
# %% backward
dg = 2 * g
dh = dg / (1 + h.abs()) ** 2
dW = x.T @ dh
# %% update
W = W - 0.1 * dW
