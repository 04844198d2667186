"""Gradients of tensors that the loss does not depend on: zero, whatever is written for them."""

from __future__ import annotations

from ....program.program import Program


def no_path(program: Program, tensor: str) -> str:
    """Why the gradient of a tensor is zero that autograd finds no path to."""
    if tensor not in _behind_loss(program):
        return f"the loss does not depend on {tensor}, so its gradient is zero"
    return (
        f"no path of autograd's graph leads from the loss to {tensor}, so its gradient is zero "
        "(look for .detach(), .item(), .data or torch.no_grad() in the forward)"
    )


def _behind_loss(program: Program) -> set[str]:
    """The names that the forward's `loss` is made from, by what each line reads."""
    section = program.section("forward")
    statements = section.statements if section else ()
    found, before = {"loss"}, 0
    while before < len(found):
        before = len(found)
        found |= {name for one in statements if found & {*one.writes} for name in one.reads}
    return found
