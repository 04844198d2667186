# the Function's backward is twice too large, and the handwritten line below it is right
# exit 1 · accused: line 18 · explained
# says: Softsign
# %% setup
import torch


class Softsign(torch.autograd.Function):
    @staticmethod
    def forward(ctx, a):
        scale = 1 + a.abs()
        ctx.save_for_backward(scale)
        return a / scale

    @staticmethod
    def backward(ctx, upstream):
        scale, = ctx.saved_tensors
        return 2 * upstream / scale ** 2


x = torch.randn(5, 2, generator=torch.Generator().manual_seed(80))
# %% parameters
w = torch.randn(2)
# %% forward
a = x @ w
s = Softsign.apply(a)
loss = (s ** 2).sum()
# %% backward
ds = 2 * s
da = ds / (1 + a.abs()) ** 2
dw = x.T @ da
# %% update
w = w - 0.1 * dw
