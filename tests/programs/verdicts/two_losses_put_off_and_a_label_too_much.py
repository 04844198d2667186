# two losses whose means are put off, and a label that counts twice
# exit 1 · accused: line 27 · explained
# says: 2 where 1 belongs
# never: not divided
# %% setup
import torch
torch.manual_seed(1)
n = 10
x = torch.randn(n, 3)
y = torch.randn(n, 1)
lab = torch.randint(0, 4, (n,))
# %% parameters
W = torch.randn(3, 5) * 0.5
R = torch.randn(5, 1)
C = torch.randn(5, 4)
# %% forward
h = torch.tanh(x @ W)
r = h @ R
z = h @ C
p = z.softmax(1)
mse = ((r - y) ** 2).sum() / (2 * n)
ce = -p[torch.arange(n), lab].log().sum() / n
loss = mse + ce
# %% backward
dr = r - y
dz = p.clone()
dz[torch.arange(n), lab] -= 2
dR = h.T @ dr / n
dC = h.T @ dz / n
dh = dr @ R.T + dz @ C.T
da = dh * (1 - h ** 2)
dW = x.T @ da / n
# %% update
W -= 0.1 * dW
R -= 0.1 * dR
C -= 0.1 * dC
