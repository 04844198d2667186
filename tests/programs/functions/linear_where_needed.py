"""A linear layer that computes only the gradients that somebody needs."""

import torch
from torch.autograd import Function, gradcheck


class Linear(Function):
    @staticmethod
    def forward(input, weight, bias):
        output = input.mm(weight.t())
        if bias is not None:
            output = output + bias.unsqueeze(0)
        return output

    @staticmethod
    def setup_context(ctx, inputs, output):
        input, weight, bias = inputs
        ctx.save_for_backward(input, weight, bias)

    @staticmethod
    def backward(ctx, grad_output):
        input, weight, bias = ctx.saved_tensors
        grad_input = grad_weight = grad_bias = None
        if ctx.needs_input_grad[0]:
            grad_input = grad_output.mm(weight)
        if ctx.needs_input_grad[1]:
            grad_weight = grad_output.t().mm(input)
        if bias is not None and ctx.needs_input_grad[2]:
            grad_bias = grad_output.sum(0)
        return grad_input, grad_weight, grad_bias


if __name__ == "__main__":
    torch.manual_seed(0)
    given = (
        torch.randn(20, 7, dtype=torch.double, requires_grad=True),
        torch.randn(5, 7, dtype=torch.double, requires_grad=True),
        torch.randn(5, dtype=torch.double, requires_grad=True),
    )
    print(gradcheck(Linear.apply, given, eps=1e-6, atol=1e-4))
