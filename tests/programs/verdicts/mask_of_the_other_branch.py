# the mask of the clipped branch stands where that of the smaller one belongs: nothing is added to what it compares
# exit 1 · accused: line 19 · explained
# never: ratio \+
# %% setup
import torch
s = torch.randn(6, 3, generator=torch.Generator().manual_seed(7))
gain = torch.randn(6, generator=torch.Generator().manual_seed(2))
# %% parameters
w = torch.tensor([0.3, -0.2, 0.4])
# %% forward
lp = s @ w
ratio = torch.exp(lp)
s1 = ratio * gain
s2 = ratio.clamp(0.8, 1.2) * gain
loss = -torch.min(s1, s2).mean()
# %% backward
pick = (s1 <= s2).float()
inside = ((ratio > 0.8) & (ratio < 1.2)).float()
dratio = -gain / 6 * inside
dlp = dratio * ratio
dw = s.T @ dlp
