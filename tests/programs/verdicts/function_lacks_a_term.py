# the Function's backward forgets that s is used twice; the handwritten dv is right
# exit 1 · accused: line 18 or 19 or no line
# says: Swish
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(20))


class Swish(torch.autograd.Function):
    @staticmethod
    def forward(ctx, v):
        s = torch.sigmoid(v)
        ctx.save_for_backward(v, s)
        return v * s

    @staticmethod
    def backward(ctx, upstream):
        v, s = ctx.saved_tensors
        return upstream * s


# %% parameters
W = torch.randn(3, 2)
# %% forward
v = x @ W
a = Swish.apply(v)
loss = (a ** 2).mean()
# %% backward
da = 2 * a / a.numel()
s = torch.sigmoid(v)
dv = da * (s + v * s * (1 - s))
dW = x.T @ dv
# %% update
W = W - 0.1 * dW
