# flow has 1 - h for 1 - h * h; what the loop carries and both parameters only use it
# exit 1 · accused: line 22 · explained
# never: filled through
# %% setup
import torch
xs = torch.randn(4, 2, generator=torch.Generator().manual_seed(61))
# %% parameters
U = torch.randn(2, 3)
V = torch.randn(3, 3) * 0.5
# %% forward
states = [torch.zeros(3)]
for x in xs:
    states.append(torch.tanh(x @ U + states[-1] @ V))
last = states[-1]
loss = (last ** 2).sum() + states[2].prod()
# %% backward
dU, dV = torch.zeros_like(U), torch.zeros_like(V)
arriving = 2 * last
for t in range(4, 0, -1):
    if t == 2:
        arriving = arriving + states[2].prod() / states[2]
    flow = arriving * (1 - states[t])
    dU += torch.outer(xs[t - 1], flow)
    dV += torch.outer(states[t - 1], flow)
    arriving = V @ flow
