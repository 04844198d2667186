"""Two values from one call: a gate and what it lets through."""

import torch


class Gate(torch.autograd.Function):
    @staticmethod
    def forward(ctx, x, w):
        gate = torch.sigmoid(x * w)
        passed = gate * x
        ctx.save_for_backward(x, w, gate)
        return gate, passed

    @staticmethod
    def backward(ctx, dgate, dpassed):
        x, w, gate = ctx.saved_tensors
        total = dgate + dpassed * x
        dz = total * gate * (1 - gate)
        dx = dz * w + dpassed * gate
        dw = (dz * x).sum(0)
        return dx, dw


torch.manual_seed(13)
apply_gate = Gate.apply
gate, passed = apply_gate(torch.randn(7, 3, requires_grad=True), torch.randn(3, requires_grad=True))
