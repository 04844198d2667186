import torch
torch.manual_seed(0)
# gated units over five steps, going back through the lists that the forward has filled
T, B, D, H = 5, 4, 3, 6
X = torch.randn(T, B, D)
Y = torch.randn(B, 1)
Wz, Uz, bz = torch.randn(D, H)*.3, torch.randn(H, H)*.3, torch.zeros(H)
Wr, Ur, br = torch.randn(D, H)*.3, torch.randn(H, H)*.3, torch.zeros(H)
Wh, Uh, bh = torch.randn(D, H)*.3, torch.randn(H, H)*.3, torch.zeros(H)
Wo, bo = torch.randn(H, 1)*.3, torch.zeros(1)
lr = 0.1
for step in range(20):
    hs, zs, rs, cs = [torch.zeros(B, H)], [], [], []
    for t in range(T):
        h = hs[-1]
        z = torch.sigmoid(X[t] @ Wz + h @ Uz + bz)
        r = torch.sigmoid(X[t] @ Wr + h @ Ur + br)
        c = torch.tanh(X[t] @ Wh + (r * h) @ Uh + bh)
        hs.append((1 - z) * h + z * c)
        zs.append(z); rs.append(r); cs.append(c)
    out = hs[-1] @ Wo + bo
    loss = ((out - Y) ** 2).mean()
    # backward
    dout = 2 * (out - Y) / B
    dWo, dbo = hs[-1].T @ dout, dout.sum(0)
    dWz, dUz, dbz = torch.zeros_like(Wz), torch.zeros_like(Uz), torch.zeros_like(bz)
    dWr, dUr, dbr = torch.zeros_like(Wr), torch.zeros_like(Ur), torch.zeros_like(br)
    dWh, dUh, dbh = torch.zeros_like(Wh), torch.zeros_like(Uh), torch.zeros_like(bh)
    dhn = dout @ Wo.T
    for t in range(T - 1, -1, -1):
        hp, zt, rt, ct = hs[t], zs[t], rs[t], cs[t]
        dzt = dhn * (ct - hp)
        dct = dhn * zt
        dhp = dhn * (1 - zt)
        da = dct * (1 - ct ** 2)
        dWh += X[t].T @ da
        dUh += (rt * hp).T @ da
        dbh += da.sum(0)
        drh = da @ Uh.T
        drt = drh * hp
        dhp += drh * rt
        dar = drt * rt * (1 - rt)
        dWr += X[t].T @ dar
        dUr += hp.T @ dar
        dbr += dar.sum(0)
        dhp += dar @ Ur.T
        daz = dzt * zt * (1 - zt)
        dWz += X[t].T @ daz
        dUz += hp.T @ daz
        dbz += daz.sum(0)
        dhp += daz @ Uz.T
        dhn = dhp
    for w, g in [(Wz, dWz), (Uz, dUz), (bz, dbz), (Wr, dWr), (Ur, dUr), (br, dbr), (Wh, dWh), (Uh, dUh), (bh, dbh), (Wo, dWo), (bo, dbo)]:
        w -= lr * g
    if step % 5 == 0: print(step, loss.item())
