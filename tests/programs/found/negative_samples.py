import torch
torch.manual_seed(1337)
# skip-gram with negative sampling
V, D, K = 20, 8, 3
corpus = torch.randint(V, (200,)).tolist()
emb_in = (torch.rand(V, D) - .5) / D
emb_out = torch.zeros(V, D)
lr = 0.05
total_loss, n = 0., 0
for epoch in range(2):
    for pos in range(2, len(corpus) - 2):
        center = corpus[pos]
        for off in (-2, -1, 1, 2):
            ctx = corpus[pos + off]
            neg = torch.randint(V, (K,))
            targets = torch.cat([torch.tensor([ctx]), neg])
            labels = torch.tensor([1.] + [0.] * K)
            v = emb_in[center]
            u = emb_out[targets]
            score = u @ v
            prob = torch.sigmoid(score)
            loss = -(labels * torch.log(prob) + (1 - labels) * torch.log(1 - prob)).sum()
            dscore = prob - labels
            du = dscore.unsqueeze(1) * v
            dv = dscore @ u
            emb_in[center] -= lr * dv
            emb_out.index_add_(0, targets, -lr * du)
            total_loss += loss.item()
            n += 1
    print(epoch, total_loss / n)
