import torch

torch.manual_seed(42)
N, D_in, H, D_out = 32, 10, 16, 2
x = torch.randn(N, D_in)
y = torch.randn(N, D_out)
w1 = torch.randn(D_in, H) * 0.1
w2 = torch.randn(H, D_out) * 0.1

# optimizer state
m_w1, v_w1 = torch.zeros_like(w1), torch.zeros_like(w1)
m_w2, v_w2 = torch.zeros_like(w2), torch.zeros_like(w2)
beta1, beta2, eps = 0.9, 0.999, 1e-8
best_loss = float("inf")

for t in range(1, 201):
    lr = 1e-2 if t < 100 else 1e-3
    h = x.mm(w1)
    h_relu = h.clamp(min=0)
    y_pred = h_relu.mm(w2)
    loss = (y_pred - y).pow(2).sum()
    if loss.item() < best_loss:
        best_loss = loss.item()
    if t % 50 == 0:
        print(t, loss.item())

    grad_y_pred = 2.0 * (y_pred - y)
    grad_w2 = h_relu.t().mm(grad_y_pred)
    grad_h_relu = grad_y_pred.mm(w2.t())
    grad_h = grad_h_relu.clone()
    grad_h[h < 0] = 0
    grad_w1 = x.t().mm(grad_h)

    m_w1 = beta1 * m_w1 + (1 - beta1) * grad_w1
    v_w1 = beta2 * v_w1 + (1 - beta2) * grad_w1 ** 2
    m_w2 = beta1 * m_w2 + (1 - beta1) * grad_w2
    v_w2 = beta2 * v_w2 + (1 - beta2) * grad_w2 ** 2
    w1 -= lr * (m_w1 / (1 - beta1 ** t)) / ((v_w1 / (1 - beta2 ** t)).sqrt() + eps)
    w2 -= lr * (m_w2 / (1 - beta1 ** t)) / ((v_w2 / (1 - beta2 ** t)).sqrt() + eps)
