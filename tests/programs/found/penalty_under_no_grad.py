import torch

torch.manual_seed(3)
n, k, c = 90, 6, 4
X = torch.randn(n, k)
y = torch.randint(c, (n,))
Y = torch.nn.functional.one_hot(y, c).float()
W = 0.01 * torch.randn(k, c)
b = torch.zeros(1, c)
step_size, reg = 1e-0, 1e-3

with torch.no_grad():
    for i in range(120):
        scores = X @ W + b
        exp_scores = scores.exp()
        probs = exp_scores / exp_scores.sum(1, keepdim=True)
        data_loss = -(Y * probs.log()).sum() / n
        reg_loss = 0.5 * reg * (W * W).sum()
        loss = data_loss + reg_loss
        if i % 40 == 0:
            print("iteration %d: loss %f" % (i, loss))

        dscores = (probs - Y) / n
        dW = X.T @ dscores
        db = dscores.sum(0, keepdim=True)
        dW += reg * W  # the penalty's

        W += -step_size * dW
        b += -step_size * db

predicted = (X @ W + b).argmax(1)
print("training accuracy: %.2f" % (predicted == y).float().mean())
