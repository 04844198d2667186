import torch
torch.manual_seed(2)
x = torch.randn(16, 1, 8, 8)
t = torch.randn(16, 2, 6, 6)
k = torch.randn(2, 9) * 0.2
s = torch.zeros(2, 1)
for epoch in range(10):
    cols = torch.nn.functional.unfold(x, 3)
    conv = k @ cols + s
    relu = conv.clamp(min=0)
    gap = relu - t.view(16, 2, 36)
    mse = (gap ** 2).mean()
    dgap_ = 2 * gap / gap.numel()
    drelu_ = dgap_
    dconv_ = drelu_ * (conv > 0)
    dk_ = torch.einsum("bop,bip->oi", dconv_, cols)
    ds_ = dconv_.sum((0, 2)).unsqueeze(1)
    k = k - 0.5 * dk_
    s = s - 0.5 * ds_
