import copy
import torch
import torch.nn.functional as F


def make_data(n, generator):
    x = torch.rand(n, 2, generator=generator) * 2 - 1
    return x, (x[:, 0] * x[:, 1] > 0).long()


def evaluate(x, y, params):
    W1, b1, W2, b2 = params
    logits = torch.tanh(x @ W1 + b1) @ W2 + b2
    return F.cross_entropy(logits, y).item()


def train(max_epochs=30, patience=3, lr=0.8):
    g = torch.Generator().manual_seed(0)
    x_train, y_train = make_data(80, g)
    x_val, y_val = make_data(40, g)
    W1 = torch.randn(2, 10, generator=g)
    b1 = torch.zeros(10)
    W2 = torch.randn(10, 2, generator=g) * 0.3
    b2 = torch.zeros(2)
    params = [W1, b1, W2, b2]
    history = {"train": [], "val": []}
    best, waited = float("inf"), 0
    for epoch in range(max_epochs):
        a1 = x_train @ W1 + b1
        h1 = torch.tanh(a1)
        logits = h1 @ W2 + b2
        train_loss = F.cross_entropy(logits, y_train)

        dlogits = (F.softmax(logits, dim=1) - F.one_hot(y_train, 2)) / len(x_train)
        dW2 = h1.T @ dlogits
        db2 = dlogits.sum(0)
        dh1 = dlogits @ W2.T
        da1 = dh1 * (1 - h1 ** 2)
        dW1 = x_train.T @ da1
        db1 = da1.sum(0)
        for param, grad in zip(params, [dW1, db1, dW2, db2]):
            param.sub_(lr * grad)

        val_loss = evaluate(x_val, y_val, params)
        history["train"].append(train_loss.item())
        history["val"].append(val_loss)
        if val_loss < best:
            best, waited = val_loss, 0
            kept = copy.deepcopy(params)
            continue
        waited += 1
        if waited >= patience:
            print("stopped in epoch", epoch)
            break
    return kept, history


if __name__ == "__main__":
    kept, history = train()
    print(min(history["val"]))
