# two nets with the same keys: dictionaries of gradients that are called after theirs
# exit 1 · accused: line 20 · explained
# %% setup
import torch
x = torch.randn(12, 5)
y = torch.randn(12, 3)
# %% parameters
encoder = {"W": torch.randn(5, 7), "b": torch.zeros(7)}
decoder = {"W": torch.randn(7, 3), "b": torch.zeros(3)}
# %% forward
h = torch.tanh(x @ encoder["W"] + encoder["b"])
out = h @ decoder["W"] + decoder["b"]
loss = ((out - y) ** 2).mean()
# %% backward
dout = 2 * (out - y) / out.numel()
decoder_grads, encoder_grads = {}, {}
decoder_grads["W"] = h.T @ dout
decoder_grads["b"] = dout.sum(0)
dh = dout @ decoder["W"].T
dz = dh * (1 - h)
encoder_grads["W"] = x.T @ dz
encoder_grads["b"] = dz.sum(0)
# %% update
for key in encoder:
    encoder[key] = encoder[key] - 0.1 * encoder_grads[key]
    decoder[key] = decoder[key] - 0.1 * decoder_grads[key]
