# %% [markdown]
# # A small convolution by hand
#
# Noisy 8 x 8 pictures with one bright bar, lying or standing, and a convolution that
# tells which. Cut every 3 x 3 patch out of a picture, lay it flat, and a convolution is
# a matrix product; so is its backward pass.
# %% setup
import torch
import torch.nn.functional as F

n, side, window, filters = 48, 8, 3, 4
noise = torch.Generator().manual_seed(5)
images = 0.3 * torch.randn(n, 1, side, side, generator=noise)
standing = torch.arange(n) % 2
for i in range(n):
    place = i % side
    if standing[i]:
        images[i, 0, :, place] += 1.0
    else:
        images[i, 0, place, :] += 1.0
learning_rate = 0.5
# %% parameters
kernel = torch.randn(filters, window * window) * 0.3
bias = torch.randn(filters, 1) * 0.1
w = torch.randn(filters) * 0.5
b = torch.zeros(1)
# %% [markdown]
# `patches` has one column of nine pixels for each of the 36 places of the window. The
# filters' answers are averaged over the places: where the bar stands does not matter.
# %% forward
patches = F.unfold(images, window)
response = kernel @ patches + bias
active = response.clamp(min=0)
pooled = active.mean(2)
score = pooled @ w + b
p = torch.sigmoid(score)
likelihood = torch.where(standing == 1, p, 1 - p)
surprise = -likelihood.log()
loss = surprise.sum() / n
# %% [markdown]
# `F.fold` is the opposite of `F.unfold` and adds up where patches overlap: just what a
# pixel needs, which was copied into up to nine patches. The kernel's gradient is a
# product for each picture, summed over the pictures.
# %% backward
dsurprise = torch.ones_like(surprise) / n
dlikelihood = -dsurprise / likelihood
dp = torch.where(standing == 1, dlikelihood, -dlikelihood)
dscore = p * (1 - p) * dp
dw = pooled.T @ dscore
db = dscore.sum(0, keepdim=True)
dpooled = torch.outer(dscore, w)
places = active.shape[2]
dactive = dpooled.unsqueeze(2).expand_as(active) / places
dresponse = dactive * (response > 0)
dkernel = (dresponse @ patches.mT).sum(0)
dbias = dresponse.sum((0, 2)).unsqueeze(1)
dpatches = kernel.T @ dresponse
dimages = F.fold(dpatches, (side, side), window)
# %% update
kernel -= learning_rate * dkernel
bias -= learning_rate * dbias
w -= learning_rate * dw
b -= learning_rate * db
