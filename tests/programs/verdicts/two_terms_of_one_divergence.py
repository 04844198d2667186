# dsigma leaves out both of what flows back through kl
# exit 1 · accused: line 22
# says: sigma is also used by kl; its contribution is missing
# %% setup
import torch; torch.manual_seed(7)
X = torch.randn(5, 3)
y = torch.randn(5)
# %% parameters
mu = torch.randn(3)
rho = torch.randn(3)
# %% forward
sigma = torch.nn.functional.softplus(rho)
eps = torch.randn(3)
w = mu + sigma * eps
e = X @ w - y
kl = (-torch.log(sigma) + 0.5 * (sigma ** 2 + mu ** 2)).sum()
loss = (e ** 2).sum() + 0.1 * kl
# %% backward
de = 2 * e
dw = X.T @ de
dmu = dw + 0.1 * mu
dsigma = dw * eps
drho = dsigma * torch.sigmoid(rho)
