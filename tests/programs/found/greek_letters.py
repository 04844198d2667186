import torch

torch.manual_seed(0)
x = torch.randn(25, 2)
y = torch.sin(x[:, :1]) + x[:, 1:]
θ1 = torch.randn(2, 7) * 0.5
θ2 = torch.randn(7, 1) * 0.5
α = 0.05
for step in range(60):
    a = torch.tanh(x @ θ1)
    ŷ = a @ θ2
    J = ((ŷ - y) ** 2).mean() / 2
    δ_ŷ = (ŷ - y) / len(x)
    δ_θ2 = a.T @ δ_ŷ
    δ_a = δ_ŷ @ θ2.T
    δ_θ1 = x.T @ (δ_a * (1 - a ** 2))
    θ1 -= α * δ_θ1
    θ2 -= α * δ_θ2
