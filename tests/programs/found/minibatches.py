import torch
import torch.nn.functional as F

g = torch.Generator().manual_seed(7)
X = torch.randn(60, 4, generator=g)
Y = torch.randint(0, 3, (60,), generator=g)
epochs, batch_size = 3, 20
w1 = torch.randn(4, 8, generator=g) * 0.3
b1 = torch.zeros(1, 8)
w2 = torch.randn(8, 3, generator=g) * 0.3
b2 = torch.zeros(1, 3)
learning_rate = 0.5
for epoch in range(epochs):
    perm = torch.randperm(60, generator=g)
    total = 0.0
    for i in range(0, 60, batch_size):
        idx = perm[i:i + batch_size]
        xb, yb = X[idx], Y[idx]
        if len(xb) < batch_size:
            continue
        h = torch.tanh(xb @ w1 + b1)
        logits = h @ w2 + b2
        cost = F.cross_entropy(logits, yb)
        probs = F.softmax(logits, dim=1)
        grad_logits = probs.clone()
        grad_logits[torch.arange(batch_size), yb] -= 1
        grad_logits /= batch_size
        grad_w2 = h.t() @ grad_logits
        grad_b2 = grad_logits.sum(0, keepdim=True)
        grad_h = grad_logits @ w2.t()
        grad_w1 = xb.t() @ (grad_h * (1 - h * h))
        grad_b1 = (grad_h * (1 - h * h)).sum(0, keepdim=True)
        for p, grad in zip([w1, b1, w2, b2], [grad_w1, grad_b1, grad_w2, grad_b2]):
            p.data += -learning_rate * grad
        total += cost.item()
    print(f"epoch {epoch}: {total:.4f}")
    learning_rate *= 0.9
acc = (torch.tanh(X @ w1 + b1) @ w2 + b2).argmax(1)
print("accuracy", (acc == Y).float().mean())
