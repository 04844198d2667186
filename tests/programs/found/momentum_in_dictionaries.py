import torch

g = torch.Generator().manual_seed(42)
N, D, H, C = 16, 6, 10, 4
X = torch.randn(N, D, generator=g)
Y = torch.randint(0, C, (N,), generator=g)

model = {
    'W1': torch.randn(D, H, generator=g) * 0.3,
    'b1': torch.zeros(H),
    'W2': torch.randn(H, C, generator=g) * 0.3,
    'b2': torch.zeros(C),
}
memory = {k: torch.zeros_like(v) for k, v in model.items()}
reg = 1e-3

for step in range(200):
    # forward pass
    cache = {}
    cache['pre'] = X @ model['W1'] + model['b1']
    cache['h'] = torch.relu(cache['pre'])
    scores = cache['h'] @ model['W2'] + model['b2']
    probs = torch.softmax(scores, 1)
    loss = -probs[range(N), Y].log().mean() + 0.5 * reg * (model['W1'] ** 2).sum()

    # backward pass
    grads = {}
    dscores = probs.clone()
    dscores[range(N), Y] -= 1
    dscores /= N
    grads['W2'] = cache['h'].T @ dscores
    grads['b2'] = dscores.sum(0)
    dh = dscores @ model['W2'].T
    dpre = dh * (cache['pre'] > 0)
    grads['W1'] = X.T @ dpre + reg * model['W1']
    grads['b1'] = dpre.sum(0)

    # update
    for k in model:
        memory[k] = 0.9 * memory[k] + grads[k]
        model[k] -= 0.1 * memory[k]
    if step % 50 == 0:
        print(step, loss.item())
