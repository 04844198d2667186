import torch


def initialize(sizes, seed=3):
    g = torch.Generator().manual_seed(seed)
    parameters = {}
    for l in range(1, len(sizes)):
        parameters["W" + str(l)] = torch.randn(sizes[l], sizes[l - 1], generator=g) * 0.4
        parameters["b" + str(l)] = torch.zeros(sizes[l], 1)
    return parameters


def train(X, Y, steps=60, lr=0.3):
    parameters = initialize([3, 5, 1])
    m = X.shape[1]
    costs = []
    for i in range(steps):
        Z1 = parameters["W1"] @ X + parameters["b1"]
        A1 = torch.tanh(Z1)
        Z2 = parameters["W2"] @ A1 + parameters["b2"]
        A2 = torch.sigmoid(Z2)
        cost = -(Y * A2.log() + (1 - Y) * (1 - A2).log()).mean()
        dZ2 = (A2 - Y) / m
        grads = {}
        grads["dW2"] = dZ2 @ A1.T
        grads["db2"] = dZ2.sum(1, keepdim=True)
        dA1 = parameters["W2"].T @ dZ2
        dZ1 = dA1 * (1 - A1 ** 2)
        grads["dW1"] = dZ1 @ X.T
        grads["db1"] = dZ1.sum(1, keepdim=True)
        for l in (1, 2):
            parameters["W" + str(l)] -= lr * grads["dW" + str(l)]
            parameters["b" + str(l)] -= lr * grads["db" + str(l)]
        if i % 10 == 0:
            costs.append(cost.item())
            print(i, costs[-1])
    return parameters


torch.manual_seed(1)
X = torch.randn(3, 20)
Y = (X.sum(0, keepdim=True) > 0).float()
train(X, Y)
