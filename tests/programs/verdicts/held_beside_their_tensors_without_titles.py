# one dictionary for parameters and gradients, and no titles: what changes it may be of the backward
# exit 2 · accused: no line
# says: only titles say what is backward
import torch

x = torch.randn(8, 4)
y = torch.randn(8, 3)
net = {"W1": torch.randn(4, 5), "W2": torch.randn(5, 3)}
for step in range(20):
    net["h"] = torch.tanh(x @ net["W1"])
    out = net["h"] @ net["W2"]
    loss = ((out - y) ** 2).mean()
    dout = 2 * (out - y) / y.numel()
    net["dW2"] = net["h"].T @ dout
    net["dh"] = dout @ net["W2"].T
    net["dW1"] = x.T @ (net["dh"] * (1 - net["h"] ** 2))
    for key in ("W1", "W2"):
        net[key] = net[key] - 0.1 * net["d" + key]
