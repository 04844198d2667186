import torch
torch.manual_seed(9)
emb = torch.randn(12, 4)
proj = torch.randn(4, 12) * 0.5
pairs = [(i, (3 * i + 1) % 12) for i in range(12)]
params = (emb, proj)
momenta = [torch.zeros_like(p) for p in params]
for it in range(30):
    words = torch.tensor([a for a, _ in pairs])
    nexts = torch.tensor([b for _, b in pairs])
    vec = emb[words]
    logits = vec @ proj
    logp = torch.log_softmax(logits, 1)
    nll = -logp[range(12), nexts].mean()
    g_logits = logp.exp()
    g_logits[range(12), nexts] -= 1
    g_logits /= 12
    g_proj = vec.T @ g_logits
    g_vec = g_logits @ proj.T
    g_emb = torch.zeros_like(emb)
    g_emb.index_add_(0, words, g_vec)
    for p, m, g in zip(params, momenta, (g_emb, g_proj)):
        m.mul_(0.9).add_(g)
        p.add_(m, alpha=-0.3)
