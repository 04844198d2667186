import torch
import torch.nn.functional as F
torch.manual_seed(0)
# an autoencoder that draws its code, in a few lines
x = torch.rand(16, 10)
We = torch.randn(10, 8) * .2; Wmu = torch.randn(8, 2) * .2; Wlv = torch.randn(8, 2) * .2
Wd = torch.randn(2, 8) * .2; Wx = torch.randn(8, 10) * .2
params = [We, Wmu, Wlv, Wd, Wx]
opt_m = [torch.zeros_like(p) for p in params]
opt_v = [torch.zeros_like(p) for p in params]
def adam_step(params, grads, m, v, t, lr=1e-2):
    for i, (p, g) in enumerate(zip(params, grads)):
        m[i] = .9 * m[i] + .1 * g
        v[i] = .999 * v[i] + .001 * g * g
        p -= lr * (m[i] / (1 - .9 ** t)) / ((v[i] / (1 - .999 ** t)).sqrt() + 1e-8)
for t in range(1, 41):
    he = torch.tanh(x @ We)
    mu, lv = he @ Wmu, he @ Wlv
    eps = torch.randn_like(mu)
    std = torch.exp(.5 * lv)
    zz = mu + eps * std
    hd = torch.tanh(zz @ Wd)
    logits = hd @ Wx
    recon = F.binary_cross_entropy_with_logits(logits, x, reduction='sum') / len(x)
    kl = -.5 * (1 + lv - mu ** 2 - lv.exp()).sum() / len(x)
    elbo_loss = recon + kl
    dlogits = (torch.sigmoid(logits) - x) / len(x)
    dWx = hd.T @ dlogits
    dhd = dlogits @ Wx.T
    dpre = dhd * (1 - hd ** 2)
    dWd = zz.T @ dpre
    dzz = dpre @ Wd.T
    dmu = dzz + mu / len(x)
    dlv = dzz * eps * .5 * std - .5 * (1 - lv.exp()) / len(x)
    dWmu, dWlv = he.T @ dmu, he.T @ dlv
    dhe = dmu @ Wmu.T + dlv @ Wlv.T
    dWe = x.T @ (dhe * (1 - he ** 2))
    adam_step(params, [dWe, dWmu, dWlv, dWd, dWx], opt_m, opt_v, t)
    if t % 10 == 0:
        print(t, elbo_loss.item())
