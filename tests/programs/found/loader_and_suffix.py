import torch
from torch.utils.data import DataLoader, TensorDataset

torch.manual_seed(10)
features = torch.randn(64, 5)
labels = torch.randint(0, 3, (64,))
loader = DataLoader(TensorDataset(features, labels), batch_size=16, shuffle=True)
weight = torch.nn.init.xavier_uniform_(torch.empty(5, 3)).requires_grad_()
bias = torch.zeros(3, requires_grad=True)
velocity_w = torch.zeros(5, 3)
velocity_b = torch.zeros(3)
learning_rate, momentum = 0.2, 0.9

for epoch in range(3):
    correct, running_loss = 0, 0.0
    for inputs, targets in loader:
        scores = inputs @ weight + bias
        shifted = scores - scores.max(dim=1, keepdim=True).values
        log_probs = shifted - shifted.exp().sum(1, keepdim=True).log()
        loss = -log_probs[torch.arange(len(targets)), targets].mean()

        # gradients
        scores_grad = log_probs.exp()
        scores_grad[torch.arange(len(targets)), targets] -= 1
        scores_grad = scores_grad / len(targets)
        weight_grad = inputs.T @ scores_grad
        bias_grad = scores_grad.sum(dim=0)

        with torch.no_grad():
            velocity_w = momentum * velocity_w - learning_rate * weight_grad
            velocity_b = momentum * velocity_b - learning_rate * bias_grad
            weight += velocity_w
            bias += velocity_b
        running_loss += loss.item()
        correct += (scores.argmax(1) == targets).sum().item()
    print(f"[{epoch + 1}] loss {running_loss / len(loader):.3f} accuracy {correct / len(features):.2f}")
