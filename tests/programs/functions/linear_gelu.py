"""A linear layer and its GELU in one, so that only the product is kept."""

import math

import torch


class LinearGelu(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, bias):
        z = x @ weight + bias
        ctx.save_for_backward(x, weight, z)
        return 0.5 * z * (1 + torch.erf(z / math.sqrt(2)))

    @staticmethod
    def backward(ctx, dout):
        x, weight, z = ctx.saved_tensors
        phi = torch.exp(-0.5 * z**2) / math.sqrt(2 * math.pi)
        cdf = 0.5 * (1 + torch.erf(z / math.sqrt(2)))
        dz = dout * (cdf + z * phi)
        return dz @ weight.T, x.T @ dz, dz.sum(0)


torch.manual_seed(3)
x = torch.randn(6, 4)
weight = torch.randn(4, 5, requires_grad=True)
bias = torch.zeros(5, requires_grad=True)
LinearGelu.apply(x, weight, bias).sum().backward()
