# forget has 1 + f for 1 - f; df belongs to no tensor, and the gradients of the parameters only use it
# exit 1 · accused: line 32 · explained
# never: filled through
# %% setup
import torch
xs = torch.randn(4, 3, generator=torch.Generator().manual_seed(60))
# %% parameters
F = torch.randn(3, 2)
G = torch.randn(3, 2)
R = torch.randn(2, 2) * 0.5
# %% forward
memory = [torch.zeros(2)]
gates, news = [], []
for x in xs:
    gates.append(torch.sigmoid(x @ F))
    news.append(torch.tanh(x @ G + memory[-1] @ R))
    memory.append(gates[-1] * memory[-1] + (1 - gates[-1]) * news[-1])
loss = (memory[-1] ** 2).sum() + memory[2].sum()
# %% backward
dF = torch.zeros_like(F)
dG = torch.zeros_like(G)
dR = torch.zeros_like(R)
flow = 2 * memory[-1]
for i in range(3, -1, -1):
    x = xs[i]
    if i == 1:
        flow = flow + 1
    gate, new, before = gates[i], news[i], memory[i]
    into_new = flow * (1 - gate) * (1 - new ** 2)
    dG += torch.outer(x, into_new)
    dR += torch.outer(before, into_new)
    forget = flow * (before - new) * gate * (1 + gate)
    dF += torch.outer(x, forget)
    flow = flow * gate + R @ into_new
