# titles inside the loop say what is backward: one dictionary may hold parameters and gradients
# exit 1 · accused: line 18 · explained
import torch
torch.manual_seed(0)
x = torch.randn(8, 4)
y = torch.randn(8, 3)
# %% parameters names="net" seed="once"
net = {"W1": torch.randn(4, 5), "W2": torch.randn(5, 3)}
for t in range(100):
    # %% forward
    net["h"] = torch.tanh(x @ net["W1"])
    net["out"] = net["h"] @ net["W2"]
    loss = ((net["out"] - y) ** 2).mean()
    # %% backward
    net["dout"] = 2 * (net["out"] - y) / y.numel()
    net["dW2"] = net["h"].T @ net["dout"]
    net["dh"] = net["dout"] @ net["W2"].T
    net["dW1"] = x.T @ (net["dh"] * (1 - net["h"]))
    # %% update
    for k in ("W1", "W2"):
        net[k] = net[k] - 0.1 * net["d" + k]
    if t == 19: print("LOSS20", loss.item())
