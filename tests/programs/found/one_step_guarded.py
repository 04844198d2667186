#!/usr/bin/env python
from __future__ import annotations

import torch


def softplus(z: torch.Tensor) -> torch.Tensor:
    return torch.log1p(torch.exp(z))


if __name__ == "__main__":
    torch.manual_seed(11)
    x = torch.randn(7, 3)
    target = torch.rand(7)
    w = torch.randn(3, requires_grad=True)
    b = torch.zeros(1, requires_grad=True)

    # forward
    z = x @ w + b
    p = softplus(z)
    r = p - target
    total = (r * r).sum()

    # backward
    dtotal = 1.0
    dr = 2 * r * dtotal
    dp = dr
    dz = dp * torch.sigmoid(z)
    dw = x.t() @ dz
    db = dz.sum().reshape(1)

    # update
    with torch.no_grad():
        w -= 0.1 * dw
        b -= 0.1 * db
    print(total.item(), w.tolist())
