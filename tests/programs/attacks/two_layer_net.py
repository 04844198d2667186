# %% [markdown]
# # A two layer net with a scores dict, relu killed by index, L2 regularization
# %% setup
import numpy as np
import torch

np.random.seed(0)
N, D, H, K = 30, 4, 12, 3
X = torch.from_numpy(np.random.randn(N, D).astype(np.float32))
y = torch.from_numpy(np.arange(N) % K)
reg = 1e-3
step_size = 1e-1
# %% parameters
W = 0.3 * torch.randn(D, H)
b = torch.zeros((1, H))
W2 = 0.3 * torch.randn(H, K)
b2 = torch.zeros((1, K))
# %% forward
hidden = torch.maximum(torch.tensor(0.0), X @ W + b)
scores = hidden @ W2 + b2
exp_scores = torch.exp(scores)
probs = exp_scores / torch.sum(exp_scores, dim=1, keepdims=True)
correct_logprobs = -torch.log(probs[range(N), y])
data_loss = torch.sum(correct_logprobs) / N
reg_loss = 0.5 * reg * torch.sum(W * W) + 0.5 * reg * torch.sum(W2 * W2)
loss = data_loss + reg_loss
# %% backward
dscores = probs
dscores[range(N), y] -= 1
#! dscores: dscores /= K
dscores /= N
#! dW2: dW2 = hidden.T @ -dscores
dW2 = hidden.T @ dscores
db2 = torch.sum(dscores, dim=0, keepdims=True)
dhidden = dscores @ W2.T
#! dhidden of line 38: dhidden[hidden < 0] = 0
#! dhidden of line 38: dhidden[hidden > 0] = 0
dhidden[hidden <= 0] = 0
dW = X.T @ dhidden
#! db: db = dhidden.sum(0)
db = torch.sum(dhidden, dim=0, keepdims=True)
#! dW2: dW2 -= reg * W2
dW2 += reg * W2
#! dW: dW += 2 * reg * W
dW += reg * W
# %% update
W += -step_size * dW
b += -step_size * db
W2 += -step_size * dW2
b2 += -step_size * db2
