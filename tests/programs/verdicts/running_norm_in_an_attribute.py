# right; an object counts its steps, and forward and backward divide by the same count
# exit 0 · accused: no line · --iterations 4
# %% setup
import torch
x = torch.randn(5, 3, generator=torch.Generator().manual_seed(10))
class Schedule:
    step = 0
    def forward(self, value):
        Schedule.step += 1
        self.scale = 1 / Schedule.step
        return value * self.scale
    def backward(self, upstream):
        return upstream * self.scale
schedule = Schedule()
# %% parameters
w = torch.randn(3)
# %% forward
q = torch.sin(x * w)
s = schedule.forward(q)
loss = (s ** 2).sum()
# %% backward
ds = 2 * s
dq = schedule.backward(ds)
dw = (dq * torch.cos(x * w) * x).sum(0)
# %% update
w = w - 0.1 * dw
