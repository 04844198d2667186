# one is added where it belongs subtracted, in the second of three lines that build the error of each example
# exit 1 · accused: line 17 · explained
# %% setup
import torch
data = torch.randn(5, 3, generator=torch.Generator().manual_seed(81))
label = torch.tensor([0, 2, 1, 3, 2])
# %% parameters
W = torch.randn(3, 4)
b = torch.zeros(4)
# %% forward
probs = (data @ W + b).softmax(1)
loss = -probs[torch.arange(5), label].log().mean()
# %% backward
dW, db = torch.zeros_like(W), torch.zeros_like(b)
for n in range(5):
    error = probs[n].clone()
    error[label[n]] += 1
    error /= 5
    dW += torch.outer(data[n], error)
    db += error
# %% update
W, b = W - 0.1 * dW, b - 0.1 * db
