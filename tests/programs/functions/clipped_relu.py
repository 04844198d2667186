"""A rectifier as tutorials write it: a clone of what comes from above, zeroed where the input was negative."""

import torch


class Rectify(torch.autograd.Function):
    @staticmethod
    def forward(ctx, input):
        ctx.save_for_backward(input)
        return input.clamp(min=0)

    @staticmethod
    def backward(ctx, grad_output):
        (input,) = ctx.saved_tensors
        grad_input = grad_output.clone()
        grad_input[input < 0] = 0
        return grad_input


torch.manual_seed(1)
x = torch.randn(16, 8)
y = torch.randn(16, 2)
w1 = torch.randn(8, 12, requires_grad=True)
w2 = torch.randn(12, 2, requires_grad=True)

for t in range(200):
    y_pred = Rectify.apply(x @ w1) @ w2
    loss = (y_pred - y).pow(2).sum()
    loss.backward()
    with torch.no_grad():
        w1 -= 1e-3 * w1.grad
        w2 -= 1e-3 * w2.grad
        w1.grad.zero_()
        w2.grad.zero_()
