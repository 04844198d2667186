# %% [markdown]
# Group norm over channels and pixels, then a global mean pool
# %% setup
import torch
N, C, H, W, G = 3, 6, 4, 4, 2
x = torch.randn(N, C, H, W)
t = torch.randint(0, 5, (N,))
# %% parameters
K = torch.randn(C, C) * 0.6
gamma = torch.rand(C) + 0.5
beta = torch.randn(C) * 0.1
V = torch.randn(C, 5)
# %% forward
z = torch.einsum("nchw,cd->ndhw", x, K)
zg = z.reshape(N, G, -1)
mu = zg.mean(-1, keepdim=True)
c = zg - mu
var = (c * c).mean(-1, keepdim=True)
rs = 1 / torch.sqrt(var + 1e-5)
xh = (c * rs).view(N, C, H, W)
o = xh * gamma[:, None, None] + beta[:, None, None]
act = torch.nn.functional.leaky_relu(o, 0.1)
pooled = act.mean((2, 3))
logits = pooled @ V
eps = 0.1
soft = torch.full((N, 5), eps / 5)
soft[range(N), t] += 1 - eps
logp = logits - logits.logsumexp(1, keepdim=True)
loss = -(soft * logp).sum(1).mean()
# %% backward
#! dlogits: dlogits = (logp.exp() - torch.nn.functional.one_hot(t, 5)) / N
dlogits = (logp.exp() - soft) / N
dV = pooled.T @ dlogits
dpooled = dlogits @ V.T
#! dact: dact = dpooled[:, :, None, None].expand(N, C, H, W).clone()
dact = dpooled[:, :, None, None].expand(N, C, H, W) / (H * W)
#! do: do = dact * (o > 0)
do = torch.where(o > 0, dact, 0.1 * dact)
#! dgamma: dgamma = (do * o).sum((0, 2, 3))
dgamma = (do * xh).sum((0, 2, 3))
dbeta = do.sum((0, 2, 3))
dxh = do * gamma.view(1, C, 1, 1)
gh = dxh.reshape(N, G, -1)
xf = xh.reshape(N, G, -1)
#! dzg: dzg = rs * (gh - gh.mean(-1, keepdim=True))
#! dzg: dzg = rs * (gh - gh.mean(-1, keepdim=True) - xf * (gh * xf).sum(-1, keepdim=True))
dzg = rs * (gh - gh.mean(-1, keepdim=True) - xf * (gh * xf).mean(-1, keepdim=True))
dz = dzg.view_as(z)
#! dK: dK = torch.einsum("nchw,ndhw->dc", x, dz)
dK = torch.einsum("nchw,ndhw->cd", x, dz)
# %% update
K -= 0.1 * dK
gamma -= 0.1 * dgamma
beta -= 0.1 * dbeta
V -= 0.1 * dV
