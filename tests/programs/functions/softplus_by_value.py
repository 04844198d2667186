"""Softplus with a sharpness, whose backward uses what the forward returned."""

import torch


class Softplus(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, beta):
        y = torch.log1p(torch.exp(beta * x)) / beta
        ctx.save_for_backward(y)
        ctx.beta = beta
        return y

    @staticmethod
    def backward(ctx, grad_y):
        (y,) = ctx.saved_tensors
        return grad_y * (1 - torch.exp(-ctx.beta * y)), None


torch.manual_seed(15)
values = torch.linspace(-2, 2, 9, requires_grad=True)
Softplus.apply(values, 3.0).sum().backward()
