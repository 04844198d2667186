"""Rounding that lets gradients pass as if it were not there."""

import torch


class Round(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, scale):
        ctx.scale = scale
        return torch.round(x * scale) / scale

    @staticmethod
    def backward(ctx, dout):
        dx = dout  # deliberate: straight-through
        return dx, None


torch.manual_seed(9)
weight = torch.randn(5, requires_grad=True)
Round.apply(weight, 8.0).sum().backward()
