# %% [markdown]
# Three layers with batch norm and dropout, the gradient of the scores beside the loss.
# %% setup
import torch

torch.manual_seed(1)
X = torch.randn(12, 4)
y = torch.randint(0, 3, (12,))


def affine_forward(x, w, b):
    out = x @ w + b
    cache = (x, w)
    return out, cache


def affine_backward(dout, cache):
    x, w = cache
    dx = dout @ w.T
    dw = x.T @ dout
    db = dout.sum(0)
    return dx, dw, db


def batchnorm_forward(x, gamma, beta, eps=1e-5):
    mean = x.mean(0)
    var = x.var(0, unbiased=False)
    inv_std = (var + eps) ** -0.5
    xhat = (x - mean) * inv_std
    out = gamma * xhat + beta
    return out, (xhat, gamma, inv_std)


def batchnorm_backward(dout, cache):
    xhat, gamma, inv_std = cache
    m = dout.shape[0]
    dbeta = dout.sum(0)
    dgamma = (dout * xhat).sum(0)
    dxhat = dout * gamma
    dx = inv_std / m * (m * dxhat - dxhat.sum(0) - xhat * (dxhat * xhat).sum(0))
    return dx, dgamma, dbeta


def relu_forward(x):
    out = torch.relu(x)
    return out, x


def relu_backward(dout, x):
    dx = dout.clone()
    dx[x <= 0] = 0
    return dx


def dropout_forward(x, keep):
    mask = (torch.rand(x.shape) < keep) / keep
    out = x * mask
    return out, mask


def dropout_backward(dout, mask):
    return dout * mask


def softmax_loss(scores, y):
    n = len(y)
    shifted = scores - scores.max(1, keepdim=True).values
    logp = shifted - shifted.exp().sum(1, keepdim=True).log()
    loss = -logp[torch.arange(n), y].mean()
    dscores = logp.exp()
    dscores[torch.arange(n), y] -= 1
    dscores = dscores / n
    return loss, dscores


# %% parameters
W1 = torch.randn(4, 6) * 0.5
b1 = torch.zeros(6)
g1 = torch.rand(6) + 0.5
c1 = torch.randn(6)
W2 = torch.randn(6, 5) * 0.5
b2 = torch.zeros(5)
W3 = torch.randn(5, 3) * 0.5
b3 = torch.zeros(3)

# %% forward
a1, affine1 = affine_forward(X, W1, b1)
n1, norm1 = batchnorm_forward(a1, g1, c1)
h1, relu1 = relu_forward(n1)
r1, drop1 = dropout_forward(h1, 0.8)
a2, affine2 = affine_forward(r1, W2, b2)
h2, relu2 = relu_forward(a2)
scores, affine3 = affine_forward(h2, W3, b3)
loss, dscores = softmax_loss(scores, y)

# %% backward
dh2, dW3, db3 = affine_backward(dscores, affine3)
da2 = relu_backward(dh2, relu2)
dr1, dW2, db2 = affine_backward(da2, affine2)
dh1 = dropout_backward(dr1, drop1)
dn1 = relu_backward(dh1, relu1)
da1, dg1, dc1 = batchnorm_backward(dn1, norm1)
dX, dW1, db1 = affine_backward(da1, affine1)

# %% update
for p, g in ((W1, dW1), (b1, db1), (g1, dg1), (c1, dc1), (W2, dW2), (b2, db2), (W3, dW3), (b3, db3)):
    p -= 0.1 * g
