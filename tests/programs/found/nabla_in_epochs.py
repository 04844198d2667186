"""A net in the notation of the books: nabla for the parameters, delta for the layers."""
import random
import torch

random.seed(1)
torch.manual_seed(1)
training_data = [(torch.rand(4, 1), torch.rand(2, 1)) for _ in range(12)]
w1, b1 = torch.randn(5, 4), torch.randn(5, 1)
w2, b2 = torch.randn(2, 5), torch.randn(2, 1)
eta = 0.5


def sigmoid(z):
    return 1.0 / (1.0 + torch.exp(-z))


def sigmoid_prime(z):
    return sigmoid(z) * (1 - sigmoid(z))


for epoch in range(4):
    random.shuffle(training_data)
    for x, target in training_data:
        # feedforward
        z1 = w1 @ x + b1
        a1 = sigmoid(z1)
        z2 = w2 @ a1 + b2
        a2 = sigmoid(z2)
        cost = 0.5 * ((a2 - target) ** 2).sum()
        # backward pass
        nabla_z2 = (a2 - target) * sigmoid_prime(z2)
        nabla_b2 = nabla_z2
        nabla_w2 = nabla_z2 @ a1.T
        nabla_a1 = w2.T @ nabla_z2
        nabla_z1 = nabla_a1 * sigmoid_prime(z1)
        nabla_b1 = nabla_z1
        nabla_w1 = nabla_z1 @ x.T
        w1 = w1 - eta * nabla_w1
        b1 = b1 - eta * nabla_b1
        w2 = w2 - eta * nabla_w2
        b2 = b2 - eta * nabla_b2
    print("Epoch {}: {:.4f}".format(epoch, cost))
