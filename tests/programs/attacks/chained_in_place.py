# %% [markdown]
# In-place methods at the end of a chain: what they change is a result on the way, or a view.
# %% setup
import torch

X = torch.randn(5, 3)
# %% parameters
W1 = torch.randn(3, 4)
W2 = torch.randn(4, 4)
W3 = torch.randn(4, 2)
# %% forward
z = X @ W1
h = torch.relu(z)
p = h @ W2
a = torch.sigmoid(p)
o = a @ W3
loss = (o * o).sum()
# %% backward
do = 2 * o
with torch.no_grad():
    #! da: da = -do @ W3.T
    da = do @ W3.T
#! dp: dp = da.mul(a).mul_(a)
dp = da.mul(a).mul_(1 - a)
#! dh: dh = -dp @ W2.T
dh = dp @ W2.T
#! dz: dz = dh.clone().mul_(z < 0)
dz = dh.clone().mul_(z > 0)
#! dW3: dW3 = a.T.clone().neg_() @ do
dW3 = a.T.clone() @ do
dW2 = torch.zeros_like(W2)
#! dW2: dW2.view(-1).sub_((h.T @ dp).flatten())
dW2.view(-1).add_((h.T @ dp).flatten())
#! dW1: dW1 = X.T.mm(dz).mul_(2)
dW1 = X.T.mm(dz).mul_(1)
# %% update
W1.data.sub_(0.01 * dW1)
W2.data.sub_(0.01 * dW2)
W3.data.sub_(0.01 * dW3)
