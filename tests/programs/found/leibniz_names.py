import math
import torch

# fit a cubic to a sine, every derivative by its full name
x = torch.linspace(-math.pi, math.pi, 200)
y = torch.sin(x)
a, b, c, d = (torch.tensor(v) for v in (0.1, 0.2, -0.3, 0.05))
learning_rate = 1e-6
for t in range(2000):
    y_pred = a + b * x + c * x ** 2 + d * x ** 3
    error = y_pred - y
    loss = error.pow(2).sum()
    if t % 500 == 499:
        print(t, loss.item())
    dloss_derror = 2.0 * error
    dloss_dy_pred = dloss_derror
    dloss_da = dloss_dy_pred.sum()
    dloss_db = (dloss_dy_pred * x).sum()
    dloss_dc = (dloss_dy_pred * x ** 2).sum()
    dloss_dd = (dloss_dy_pred * x ** 3).sum()
    a = a - learning_rate * dloss_da
    b = b - learning_rate * dloss_db
    c = c - learning_rate * dloss_dc
    d = d - learning_rate * dloss_dd
print(f"y = {a.item():.2f} + {b.item():.2f} x + {c.item():.2f} x^2 + {d.item():.2f} x^3")
