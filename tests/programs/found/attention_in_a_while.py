import math
import torch

torch.manual_seed(6)
tokens = torch.randn(5, 8)
wanted = torch.randn(5, 8)
Q, K, V = (torch.randn(8, 4) * 0.3 for _ in range(3))
O = torch.randn(4, 8) * 0.3
steps, max_steps, tolerance = 0, 60, 1e-4
previous = math.inf
while True:
    q, k, v = tokens @ Q, tokens @ K, tokens @ V
    att = q @ k.T / math.sqrt(4)
    weights = torch.softmax(att, dim=-1)
    mixed = weights @ v
    out = mixed @ O
    loss = ((out - wanted) ** 2).mean()
    if abs(previous - loss.item()) < tolerance or steps >= max_steps:
        break
    previous = loss.item()
    # gradients
    dout = 2 * (out - wanted) / out.numel()
    dO = mixed.T @ dout
    dmixed = dout @ O.T
    dweights = dmixed @ v.T
    dv = weights.T @ dmixed
    datt = weights * (dweights - (dweights * weights).sum(-1, keepdim=True))
    dq = datt @ k / math.sqrt(4)
    dk = datt.T @ q / math.sqrt(4)
    dQ = tokens.T @ dq
    dK = tokens.T @ dk
    dV = tokens.T @ dv
    # descend
    for parameter, gradient in [(Q, dQ), (K, dK), (V, dV), (O, dO)]:
        parameter -= 0.2 * gradient
    steps += 1
print(steps, previous)
