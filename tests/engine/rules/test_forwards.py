"""Forwards that are more than lines in a row: names bound twice, loops, functions, changes in place."""

from __future__ import annotations

import textwrap
from collections.abc import Callable

import pytest

from backprop_tui.engine.rules.derivation.derive import Derivation

Deriving = Callable[..., Derivation]

FORWARDS = {
    "a name bound twice": """
        h = a @ m
        h = torch.tanh(h)
        out = h * 2
        """,
    "a second name for a tensor": """
        h = a * 2
        g = h
        out = g * h
        """,
    "several targets": """
        h = g = a * 2
        out = g * h.exp()
        """,
    "an operator in place": """
        h = a * 2
        h += r
        h *= c
        out = h
        """,
    "a method in place": """
        h = a * 2
        h.mul_(b).add_(r)
        out = h.tanh()
        """,
    "a loop over numbers": """
        h = a
        for k in range(3):
            h = torch.tanh(h * c)
        out = h
        """,
    "a loop over tensors": """
        total = torch.zeros(4)
        for weight in (r, r * 2):
            total = total + a @ weight
        out = total
        """,
    "a loop over pairs": """
        out = 0
        for one, two in zip([a, b], [r, c]):
            out = out + one * two
        """,
    "a numbered loop": """
        out = 0
        for place, one in enumerate([a, b]):
            out = out + one * (place + 1)
        """,
    "a loop that ends early": """
        out = a
        for k in range(5):
            if k == 2:
                break
            out = out * r
        """,
    "a while loop": """
        out, steps = a, 0
        while steps < 2:
            out = out * r
            steps += 1
        """,
    "a list that grows": """
        states = [c]
        for k in range(3):
            states.append(torch.tanh(states[-1] * r.sum() + v[k]))
        out = torch.cat(states, 1)
        """,
    "a list in a list": """
        cache = []
        for k in range(2):
            cache.append((a[k], b[k]))
        out = cache[0][0] * cache[1][1]
        """,
    "a dictionary": """
        layers = {"first": a @ m, "second": b}
        out = layers["first"].sum() * layers["second"]
        """,
    "a dictionary that is filled by keys of a loop": """
        layers = {}
        for name, one in (("one", a), ("two", b)):
            layers[name] = (one * r).tanh()
        out = sum(one * one.exp() for one in layers.values())
        """,
    "a dictionary that grows": """
        cache = {}
        cache["h"] = a * r
        cache["out"] = cache["h"].tanh()
        out = cache["out"] + cache["h"]
        """,
    "a dictionary of dictionaries": """
        cache = {"one": {}}
        cache["one"]["h"], cache["two"] = a * r, b.exp()
        out = cache["one"]["h"] * cache["two"]
        """,
    "a tensor under a name and in a dictionary": """
        cache = {}
        h = cache["h"] = a * r
        out = h * cache["h"].exp()
        """,
    "a list that is filled": """
        states = [c, None, None]
        for k in range(2):
            states[k + 1] = torch.tanh(states[k] * v[k])
        out = torch.cat(states, 1)
        """,
    "a sum in a dictionary": """
        total = {"all": 0.0}
        for one in (a, b):
            total["all"] += one * r
        out = total["all"]
        """,
    "an attribute": """
        holder.h = a * r
        holder.h = holder.h.tanh()
        out = holder.h * b
        """,
    "the values of a dictionary": """
        layers = {}
        layers[0] = a * r
        layers[1] = b * c
        out = sum(one * 2 for one in layers.values())
        """,
    "a comprehension with a condition": """
        out = sum([one * r for place, one in enumerate([a, b, a * b]) if place != 1])
        """,
    "a comprehension of a dictionary": """
        layers = {name: one * r for name, one in {"one": a, "two": b}.items()}
        out = layers["one"] * layers["two"]
        """,
    "a stack": """
        stack = [a * r]
        stack.append(stack[-1].tanh())
        out = stack.pop() * stack.pop()
        """,
    "a part of a list": """
        many = [a, b, a * b]
        out = torch.cat(many[1:], 1)
        """,
    "lists put together": """
        out = torch.stack([a] + [b] * 2)
        """,
    "arguments out of a list": """
        pair = [a, b]
        out = torch.maximum(*pair)
        """,
    "a static method": """
        out = Static.scaled(a, r)
        """,
    "a comprehension": """
        out = torch.stack([a[k] * r for k in range(4)])
        """,
    "a comprehension over tensors": """
        out = torch.cat([one.tanh() for one in (a, b)], 1)
        """,
    "a sum of a generator": """
        out = sum(one * r for one in [a, b])
        """,
    "a function of one return": """
        out = scaled(a, r) + scaled(b, y=c)
        """,
    "a function of several statements": """
        out = softened(a @ m)
        """,
    "a function that returns two tensors": """
        low, high = both(a, r)
        out = low * high
        """,
    "a function with branches": """
        out = bent(a, True) + bent(b, False)
        """,
    "a function inside a function": """
        out = twice(a)
        """,
    "a lambda": """
        f = lambda z: z.tanh() * r
        out = f(a) + f(b)
        """,
    "a method": """
        out = layer.forward(a, r)
        """,
    "an object that is called": """
        out = layer(a, r)
        """,
    "an object with numbers of its own": """
        out = scale(a, 2.0) * scale.steep
        """,
    "an object in an object": """
        out = net(a)
        """,
    "a method under a name": """
        f = scale.bend
        out = f(a)
        """,
    "a module of the program's": """
        out = module(a)
        """,
    "a part set": """
        h = a * 2
        h[:, 0] = v
        out = h.tanh()
        """,
    "a part set by a mask": """
        h = a * b
        h[mask] = 0
        out = h * h
        """,
    "a part added to": """
        h = a * 2
        h[1] += r
        out = h
        """,
    "rows filled in": """
        out = torch.zeros(4, 3)
        for k in range(4):
            out[k] = a[k] * r
        """,
    "pieces unpacked": """
        one, two, three = t.chunk(3, -1)
        out = one * two + three
        """,
    "pieces under one name": """
        parts = t.chunk(3, -1)
        out = parts[0] * parts[1] + parts[2]
        """,
    "pieces of an expression under one name": """
        parts = (t * r).chunk(3, -1)
        one, two, three = parts
        out = one * two + three
        """,
    "gates of a cell": """
        i, f = (a @ m + m[0])[:, :4].chunk(2, 1)
        i, f = i.sigmoid(), f.tanh()
        out = i * f
        """,
    "two steps of a cell": """
        h = torch.zeros(4, 2)
        for k in range(2):
            i, o = (a @ m[:, :4] + h @ m[:2, :4]).chunk(2, 1)
            i, o = i.sigmoid(), o.sigmoid()
            h = i * o
        out = h
        """,
    "pieces of an expression": """
        one, two = (a @ m)[:, :4].split(2, 1)
        out = one * two
        """,
    "pieces unpacked by unbind": """
        one, two = t.unbind(0)
        out = one * two
        """,
    "a piece used twice": """
        one, two = t.chunk(2, 1)
        out = one * two + one
        """,
    "values and places": """
        values, places = a.max(1)
        out = values * v
        """,
    "dropout with a named mask": """
        keep = (torch.rand(4, 3) > 0.5) / 0.5
        out = a * keep
        """,
    "an if": """
        if a.shape[0] > 2:
            out = a * r
        else:
            out = a
        """,
    "a conditional expression": """
        out = a * r if a.shape[0] > 2 else a
        """,
    "a walrus": """
        out = (h := a * r) * 2
        """,
    "a loss that calls backward": """
        out = a * r
        loss = out.sum()
        loss.backward()
        """,
    "sizes unpacked": """
        rows, columns = a.shape
        out = (a @ m).sum(1) / rows / columns
        """,
    "what the loss does not use": """
        unused = a * 2
        out = a * r
        """,
}
SETUP = """
def scaled(x, y=2.0):
    return x * y

def softened(x, dim=-1):
    e = (x - x.max(dim, keepdim=True).values).exp()
    return e / e.sum(dim, keepdim=True)

def both(x, y):
    product = x * y
    return product.tanh(), product + y

def bent(x, steep):
    if steep:
        return x * 3
    for _ in range(2):
        x = x * 0.5
    return x

def twice(x):
    return scaled(scaled(x)).exp()

class Layer:
    def forward(self, x, weight):
        self.x = x
        return x * weight

    def __call__(self, x, weight):
        return self.forward(x, weight).tanh()

layer = Layer()

class Scale:
    def __init__(self, steep):
        self.steep = steep

    def __call__(self, x, more=1.0):
        return self.bend(x) * more

    def bend(self, x):
        return torch.tanh(self.steep * x) / self.steep

scale = Scale(1.5)

class Net:
    def __init__(self, *layers):
        self.layers = layers

    def __call__(self, x):
        for layer in self.layers:
            x = layer(x)
        return x

net = Net(scale, Scale(0.5))

class Module(torch.nn.Module):
    def forward(self, x):
        return x * x.sigmoid()

module = Module()

class Holder:
    pass

holder = Holder()

class Static:
    @staticmethod
    def scaled(x, y):
        return x * y.exp()
"""


@pytest.mark.parametrize("what", FORWARDS)
def test_gradients_of_the_forward_are_written(deriving: Deriving, what: str) -> None:
    found = deriving(textwrap.dedent(FORWARDS[what]), setup=SETUP)
    assert not found.problem
    assert {one.name: one.reason for one in found.gradients.values() if not one.lines} == {}
