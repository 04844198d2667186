# %% [markdown]
# # Linear regression by hand
#
# The smallest program that learns: a slope and an offset that should turn `x` into `y`.
# The forward pass takes one small step per line, so that the backward pass can undo one
# step per line. `dX` always means: how much the loss changes when `X` changes a little.
# %% setup
import torch

x = torch.tensor([1.0, 2.0, 3.0, 4.0])
y = torch.tensor([2.0, 4.0, 6.0, 8.0])
n = len(y)
# %% parameters
W1 = torch.randn(1)
B1 = torch.zeros(1)
# %% [markdown]
# The loss is the mean of the squared differences, taken apart into a square, a sum and a
# division. Each name below gets a gradient of its own.
# %% forward
H = W1 * x + B1
difference = H - y
difference_squared = difference ** 2
summed = difference_squared.sum()
loss = summed / n
# %% [markdown]
# Read the forward pass from its end. Every line is the derivative of one step, times the
# gradient that has arrived so far: the chain rule, and nothing else.
#
# - A sum hands its gradient to every entry alike, so `dsummed` is expanded.
# - `y` is subtracted, so what reaches it carries a minus sign.
# - `W1` has one entry and is used four times: its gradient is the sum over the four uses,
#   and it has the shape of `W1`.
# %% backward
dsummed = torch.ones_like(summed) * (1 / n)
ddifference_squared = 1 * dsummed.expand_as(difference_squared)
ddifference = 2 * difference * ddifference_squared
dH = 1 * ddifference
dy = -1 * ddifference
dW1 = (x * dH).sum(0, keepdim=True)
dB1 = dH.sum(0, keepdim=True)
# %% [markdown]
# Step against the gradient. After a thousand iterations `W1` is 2 and `B1` is 0.
# %% update
W1 = W1 - 0.1 * dW1
B1 = B1 - 0.1 * dB1
