# %% [markdown]
# # Convolution by unfold and fold, max pool by unfold too
# %% setup
import torch
import torch.nn.functional as F

img = torch.randn(2, 2, 6, 6)
lab = torch.tensor([0, 2])
# %% parameters
kernel = torch.randn(3, 2, 3, 3) * 0.4
kb = torch.randn(3) * 0.1
Wf = torch.randn(3 * 4, 3) * 0.4
# %% forward
cols = F.unfold(img, 3)
km = kernel.view(3, -1)
convd = km @ cols + kb[None, :, None]
maps = convd.view(2, 3, 4, 4)
act = F.leaky_relu(maps, 0.1)
pooled, where = F.max_pool2d(act, 2, return_indices=True)
flat = pooled.flatten(1)
logits = flat @ Wf
loss = F.cross_entropy(logits, lab)
# %% backward
dlogits = (F.softmax(logits, 1) - F.one_hot(lab, 3)) / 2
dWf = flat.T @ dlogits
dflat = dlogits @ Wf.T
dpooled = dflat.view_as(pooled)
#! dact: dact = F.interpolate(dpooled, scale_factor=2)
dact = F.max_unpool2d(dpooled, where, 2, output_size=act.shape)
#! dmaps: dmaps = dact * torch.where(maps > 0, 1.0, 0.0)
dmaps = dact * torch.where(maps > 0, 1.0, 0.1)
dconvd = dmaps.view(2, 3, 16)
#! dkb: dkb = dconvd.sum((0, 1))[:3]
dkb = dconvd.sum((0, 2))
#! dkm: dkm = (dconvd @ cols.transpose(1, 2)).mean(0)
dkm = (dconvd @ cols.transpose(1, 2)).sum(0)
dkernel = dkm.view_as(kernel)
dcols = km.T @ dconvd
#! dimg: dimg = F.fold(dcols, (6, 6), 3) / F.fold(torch.ones_like(dcols), (6, 6), 3)
dimg = F.fold(dcols, (6, 6), 3)
# %% update
kernel = kernel - 0.2 * dkernel
kb = kb - 0.2 * dkb
Wf = Wf - 0.2 * dWf
