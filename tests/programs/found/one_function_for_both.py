"""Next letters, by a recurrent net: loss and gradients come from one function."""
import torch

text = "she sells sea shells by the sea shore " * 4
letters = sorted(set(text))
number = {letter: i for i, letter in enumerate(letters)}
size, hidden, steps, rate = len(letters), 12, 7, 0.1
U = torch.randn(hidden, size) * 0.1
W = torch.randn(hidden, hidden) * 0.1
V = torch.randn(size, hidden) * 0.1
b = torch.zeros(hidden)
c = torch.zeros(size)


def losses_and_gradients(inputs, targets, state):
    s, p = {-1: state.clone()}, {}
    loss = 0.0
    for t, letter in enumerate(inputs):
        s[t] = torch.tanh(U[:, letter] + W @ s[t - 1] + b)
        p[t] = torch.softmax(V @ s[t] + c, 0)
        loss = loss - torch.log(p[t][targets[t]])
    dU, dW, dV = torch.zeros_like(U), torch.zeros_like(W), torch.zeros_like(V)
    db, dc = torch.zeros_like(b), torch.zeros_like(c)
    carry = torch.zeros_like(state)
    for t in reversed(range(len(inputs))):
        do = p[t].clone()
        do[targets[t]] -= 1
        dV += torch.outer(do, s[t])
        dc += do
        ds = V.T @ do + carry
        draw = ds * (1 - s[t] ** 2)
        db += draw
        dU[:, inputs[t]] += draw
        dW += torch.outer(draw, s[t - 1])
        carry = W.T @ draw
    return loss, dU, dW, dV, db, dc, s[len(inputs) - 1]


def write_some(state, letter, count):
    out = []
    for _ in range(count):
        state = torch.tanh(U[:, letter] + W @ state + b)
        letter = int(torch.softmax(V @ state + c, 0).argmax())
        out.append(letters[letter])
    return "".join(out)


position, count = 0, 0
smooth = None
while count < 40:
    if position + steps + 1 >= len(text) or count == 0:
        state, position = torch.zeros(hidden), 0
    inputs = [number[x] for x in text[position:position + steps]]
    targets = [number[x] for x in text[position + 1:position + steps + 1]]
    loss, dU, dW, dV, db, dc, state = losses_and_gradients(inputs, targets, state)
    smooth = loss if smooth is None else 0.99 * smooth + 0.01 * loss
    for parameter, gradient in zip([U, W, V, b, c], [dU, dW, dV, db, dc]):
        parameter -= rate * gradient.clamp(-5, 5)
    if count % 10 == 0:
        print(count, f"{smooth:.3f}", write_some(state, inputs[0], 12))
    position += steps
    count += 1
