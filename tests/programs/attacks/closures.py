# %% [markdown]
# # Each layer's forward returns its own backward
# %% setup
import torch

xs = torch.randn(6, 3)
ts = torch.rand(6, 1)


def dense(w, b, inp):
    def back(d):
        return d @ w.T, inp.T @ d, d.sum(0)

    return inp @ w + b, back


def swish(inp):
    s = torch.sigmoid(inp)

    def back(d):
        return d * (s + inp * s * (1 - s))

    return inp * s, back


# %% parameters
w1, b1 = torch.randn(3, 5), torch.zeros(5)
w2, b2 = torch.randn(5, 1), torch.zeros(1)
# %% forward
p1, back1 = dense(w1, b1, xs)
s1, back_s = swish(p1)
p2, back2 = dense(w2, b2, s1)
yhat = torch.sigmoid(p2)
loss = -(ts * yhat.log() + (1 - ts) * (1 - yhat).log()).mean()
# %% backward
#! dp2: dp2 = (ts - yhat) / 6
dp2 = (yhat - ts) / 6
#! dw2: ds1, dw2, db2 = back2(dp2)[0], back2(dp2)[1] * 2, back2(dp2)[2]
ds1, dw2, db2 = back2(dp2)
#! dp1: dp1 = ds1 * torch.sigmoid(p1)
dp1 = back_s(ds1)
#! db1: dx_, dw1, db1 = *back1(dp1)[:2], dp1[0]
dx_, dw1, db1 = back1(dp1)
# %% update
with torch.no_grad():
    for p, d in ((w1, dw1), (b1, db1), (w2, dw2), (b2, db2)):
        p.sub_(d, alpha=0.5)
