# %% [markdown]
# # One GRU cell, every gate a line
# %% setup
import torch

xt = torch.randn(4, 3)
h_old = torch.randn(4, 5)
goal = torch.randn(4, 5)
# %% parameters
Wz, Uz = torch.randn(3, 5) * 0.5, torch.randn(5, 5) * 0.5
Wr, Ur = torch.randn(3, 5) * 0.5, torch.randn(5, 5) * 0.5
Wc, Uc = torch.randn(3, 5) * 0.5, torch.randn(5, 5) * 0.5
# %% forward
z = torch.sigmoid(xt @ Wz + h_old @ Uz)
r = torch.sigmoid(xt @ Wr + h_old @ Ur)
rh = r * h_old
cand = torch.tanh(xt @ Wc + rh @ Uc)
h_new = (1 - z) * h_old + z * cand
loss = 0.5 * ((h_new - goal) ** 2).sum()
# %% backward
dh_new = h_new - goal
#! dz: dz = dh_new * cand
dz = dh_new * (cand - h_old)
dcand = dh_new * z
dh_old = dh_new * (1 - z)
dcand_pre = dcand * (1 - cand * cand)
dWc, dUc = xt.T @ dcand_pre, rh.T @ dcand_pre
#! drh: drh = dcand_pre @ Uc
drh = dcand_pre @ Uc.T
#! dr: dr = drh * r
dr = drh * h_old
#! dh_old: dh_old = drh * r
dh_old = dh_old + drh * r
dr_pre = dr * r * (1 - r)
#! dz_pre: dz_pre = dz * z
dz_pre = dz * z * (1 - z)
dWr, dUr = xt.T @ dr_pre, h_old.T @ dr_pre
#! dWz: dWz, dUz = xt.T @ dr_pre, h_old.T @ dz_pre
dWz, dUz = xt.T @ dz_pre, h_old.T @ dz_pre
dh_old = dh_old + dr_pre @ Ur.T + dz_pre @ Uz.T
# %% update
for p, dp in [(Wz, dWz), (Uz, dUz), (Wr, dWr), (Ur, dUr), (Wc, dWc), (Uc, dUc)]:
    p -= 0.1 * dp
