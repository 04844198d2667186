# momentum has the same keys and is no parameter; sums begin at zero
# exit 0 · accused: no line
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
speed = {"W1": torch.zeros(5, 7), "W2": torch.zeros(7, 3)}
# %% parameters
params = {"W1": torch.randn(5, 7), "W2": torch.randn(7, 3)}
# %% forward
h = torch.tanh(x @ params["W1"])
out = h @ params["W2"]
loss = ((out - y) ** 2).mean() + 0.1 * (params["W1"] ** 2).sum()
# %% backward
dparams = {k: torch.zeros_like(v) for k, v in params.items()}
dout = 2 * (out - y) / out.numel()
dparams["W2"] += h.T @ dout
dh = dout @ params["W2"].T
dparams["W1"] += x.T @ (dh * (1 - h ** 2))
dparams["W1"] += 0.2 * params["W1"]
# %% update
for k in params:
    speed[k] = 0.9 * speed[k] + dparams[k]
params["W1"] = params["W1"] - 0.1 * speed["W1"]
params["W2"] -= 0.1 * speed["W2"]
