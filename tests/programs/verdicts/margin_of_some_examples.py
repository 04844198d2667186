# the slope of the margin has its sign flipped, for the examples within it; both sums are right
# exit 1 · accused: line 18 · explained
# %% setup
import torch
rows = torch.randn(6, 3, generator=torch.Generator().manual_seed(77))
side = torch.randn(6, generator=torch.Generator().manual_seed(78)).sign()
# %% parameters
w = torch.randn(3)
b = torch.zeros(1)
# %% forward
margin = side * (rows @ w + b)
loss = (1 - margin).clamp(min=0).mean()
# %% backward
dw = torch.zeros(3)
db = torch.zeros(1)
for n in range(6):
    if margin[n] < 1:
        push = side[n] / 6
        dw += push * rows[n]
        db += push
# %% update
w = w - 0.1 * dw
b = b - 0.1 * db
