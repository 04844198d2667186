import math
import random
import torch

random.seed(0)
torch.manual_seed(0)

N, D_in, H, D_out = 96, 5, 12, 3
X_train = torch.randn(N, D_in)
Y_train = torch.randint(0, D_out, (N,))

W1 = torch.randn(D_in, H) / math.sqrt(D_in)
b1 = torch.zeros(H)
W2 = torch.randn(H, D_out) / math.sqrt(H)
b2 = torch.zeros(D_out)

lr0, decay = 0.3, 0.8
batch = 16
history = []

for epoch in range(4):
    lr = lr0 * decay ** epoch
    order = list(range(N))
    random.shuffle(order)
    epoch_loss, n_seen = 0.0, 0
    for start in range(0, N, batch):
        idx = torch.tensor(order[start:start + batch])
        xb = X_train[idx]
        yb = Y_train[idx]
        m = xb.shape[0]

        # forward
        a1 = xb @ W1 + b1
        h1 = a1.clamp(min=0)
        scores = h1 @ W2 + b2
        scores = scores - scores.max(dim=1, keepdim=True).values
        exp_scores = scores.exp()
        probs = exp_scores / exp_scores.sum(dim=1, keepdim=True)
        data_loss = -probs[torch.arange(m), yb].log().mean()
        reg_loss = 0.5 * 1e-3 * ((W1 * W1).sum() + (W2 * W2).sum())
        loss = data_loss + reg_loss

        # backward
        dscores = probs.clone()
        dscores[torch.arange(m), yb] -= 1
        dscores /= m
        dW2 = h1.T @ dscores + 1e-3 * W2
        db2 = dscores.sum(dim=0)
        dh1 = dscores @ W2.T
        da1 = dh1.clone()
        da1[a1 <= 0] = 0
        dW1 = xb.T @ da1 + 1e-3 * W1
        db1 = da1.sum(dim=0)

        # gradient descent
        W1 -= lr * dW1
        b1 -= lr * db1
        W2 -= lr * dW2
        b2 -= lr * db2

        epoch_loss += loss.item() * m
        n_seen += m
    history.append(epoch_loss / n_seen)
    print(f"epoch {epoch + 1}  lr {lr:.3f}  loss {history[-1]:.4f}")
