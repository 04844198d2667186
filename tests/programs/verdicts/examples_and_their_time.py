# the slope of tanh is not squared, in a loop over time inside one over examples
# exit 1 · accused: line 21
# says: each row of .*@
# %% setup
import torch
data = torch.randn(3, 4, 2, generator=torch.Generator().manual_seed(79))
aim = torch.randn(4, 3, generator=torch.Generator().manual_seed(80))
# %% parameters
U = torch.randn(2, 3) * 0.5
V = torch.randn(3, 3) * 0.5
# %% forward
hs = [torch.zeros(4, 3)]
for t in range(3):
    hs.append(torch.tanh(data[t] @ U + hs[-1] @ V))
loss = ((hs[-1] - aim) ** 2).mean()
# %% backward
dU, dV = torch.zeros_like(U), torch.zeros_like(V)
for n in range(4):
    flow = 2 * (hs[-1][n] - aim[n]) / aim.numel()
    for t in reversed(range(3)):
        before = flow * (1 - hs[t + 1][n])
        dU += torch.outer(data[t][n], before)
        dV += torch.outer(hs[t][n], before)
        flow = V @ before
# %% update
U, V = U - 0.1 * dU, V - 0.1 * dV
