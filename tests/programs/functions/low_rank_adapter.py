"""A frozen weight with a low-rank correction beside it; the frozen one gets no gradient."""

import torch


class Adapted(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, weight, down, up, alpha):
        inner = x @ down
        ctx.save_for_backward(x, weight, down, up, inner)
        ctx.alpha = alpha
        return x @ weight + alpha * (inner @ up)

    @staticmethod
    def backward(ctx, dout):
        x, weight, down, up, inner = ctx.saved_tensors
        dinner = ctx.alpha * (dout @ up.T)
        dx = dout @ weight.T + dinner @ down.T
        ddown = x.T @ dinner
        dup = ctx.alpha * (inner.T @ dout)
        return dx, None, ddown, dup, None


def main():
    torch.manual_seed(11)
    x = torch.randn(10, 6)
    frozen = torch.randn(6, 4)
    down = (torch.randn(6, 2) / 2).requires_grad_()
    up = torch.zeros(2, 4).add_(0.1).requires_grad_()
    for step in range(5):
        loss = Adapted.apply(x, frozen, down, up, 0.5).square().mean()
        loss.backward()


if __name__ == "__main__":
    main()
