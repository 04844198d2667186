"""A record keeps the value that every name had at every step, whatever changes it later."""

from __future__ import annotations

import gc
from collections.abc import Callable
from typing import Any

import pytest
import torch

from backprop_tui.engine.execution.iteration import Iteration

Values = Callable[[Iteration, str], list[Any]]
Iterated = Callable[..., Iteration]

HELPERS = """+
    def bump(t):
        t.add_(1)

    def bump_data(t):
        t.data += 1

    class Box:
        def __init__(self, t):
            self.t = t
"""


def backward_values(record: Iteration, name: str) -> list[Any]:
    """The values a name had after every step of backward that followed its first write."""
    first = record.history[name][0][0]
    ends = [n + 1 for n, step in enumerate(record.steps) if step.statement.section == "backward"]
    return [record.value_at(name, n).tolist() for n in ends if n > first]


IN_PLACE = {
    "augmented assignment": "dH += 1",
    "one entry": "dH[0] = 2; dH[1:] = 2",
    "a slice added to": "dH[...] += 1",
    "a mask": "dH[dH == 1] = 2",
    "method": "dH.add_(1)",
    "method on a view": "dH.view(-1).add_(1)",
    "method on a slice": "dH[:].add_(1)",
    "data": "dH.data += 1",
    "data rebound": "dH.data = dH.data + 1",
    "data method": "dH.data.add_(1)",
    "detached": "dH.detach().add_(1)",
    "numpy": "dH.numpy()[:] += 1",
    "out": "torch.add(dH, 1, out=dH)",
    "out to a view": "torch.add(dH, 1, out=dH[:])",
    "index_add_": "dH.index_add_(0, torch.arange(3), torch.ones(3))",
    "scatter_": "dH.scatter_(0, torch.arange(3), 2.0)",
    "copy_": "dH.copy_(dH + 1)",
    "function of torch": "torch.fill_(dH, 2.0)",
    "function of nn": "torch.nn.init.constant_(dH, 2.0)",
    "functional": "torch.nn.functional.threshold(dH, 2.0, 2.0, inplace=True)",
    "chain that ends in a view": "dH.reshape(-1).mul_(2)",
    "helper": "bump(dH)",
    "helper that writes data": "bump_data(dH)",
    "alias": "alias = dH; alias += 1",
    "alias of a view": "alias = dH[:]; alias += 1",
    "list": "alias = [dH]; alias[0] += 1",
    "nested list": "alias = [[dH]]; alias[0][0] += 1",
    "dictionary": "alias = {'h': {'w': dH}}; alias['h']['w'].add_(1)",
    "object": "alias = Box(dH); alias.t += 1",
    "loop over a list": "for t in [dH]: t += 1",
    "loop over data": "for t in [dH]: t.data += 1",
    "comprehension": "[t.add_(1) for t in [dH]]",
    "comprehension over data": "[t.data.add_(1) for t in [dH]]",
    "lambda": "(lambda t: t.add_(1))(dH)",
    "map": "list(map(bump, [dH]))",
    "foreach": "torch._foreach_add_([dH], 1)",
    "tuple target": "dH[0], dH[1:] = 2, 2",
    "keyword argument": "torch.nn.init.constant_(tensor=dH, val=2.0)",
    "walrus": "(alias := dH).add_(1)",
    "with block": "with torch.no_grad(): dH.add_(1)",
    "try block": "try: dH.add_(1)\nfinally: pass",
}


@pytest.mark.parametrize("change", IN_PLACE.values(), ids=IN_PLACE)
def test_a_value_stays_what_it_was_when_a_later_statement_changes_it(change: str, iterated: Iterated) -> None:
    record = iterated(setup=HELPERS, backward=f"dH = torch.ones(3)\n{change}\ndW = dH * x")
    assert record.failure is None, record.failure
    values = backward_values(record, "dH")
    assert values[0] == [1, 1, 1]
    assert values[-1] == [2, 2, 2]


@pytest.mark.parametrize("change", IN_PLACE.values(), ids=IN_PLACE)
def test_every_way_of_changing_a_gradient_counts_as_a_write_of_it(change: str, iterated: Iterated) -> None:
    record = iterated(setup=HELPERS, backward=f"dH = torch.ones(3)\n{change}\ndW = dH * x")
    writers = [record.steps[at].statement.line for at in record.gradients["dH"].writes]
    first = next(s.statement.line for s in record.steps if s.statement.text == "dH = torch.ones(3)")
    assert writers[0] == first
    assert writers[-1] > first


@pytest.mark.parametrize("change", IN_PLACE.values(), ids=IN_PLACE)
def test_a_parameter_changed_in_place_is_put_back_when_the_update_fails(
    change: str, begun: Callable[..., Any]
) -> None:
    update = change.replace("dH", "W") + "\nraise ValueError('after the change')"
    session = begun(setup=HELPERS, parameters="W = torch.ones(3)", update=update)
    record = session.iterate()
    assert record.failure is not None
    assert record.failure.message == "after the change"
    assert session.namespace["W"].tolist() == [1, 1, 1]


def test_a_helper_that_changes_its_argument_only_sometimes_is_seen_when_it_does(
    begun: Callable[..., Any],
) -> None:
    helper = "+\ndef clip(t, n):\n    if n == 2:\n        t.mul_(0.5)\n"
    session = begun(setup=helper, backward="dH = torch.ones_like(H)\nclip(dH, iteration)\ndW = dH * x")
    records = [session.iterate() for _ in range(3)]
    assert [backward_values(record, "dH")[0] for record in records] == [[1, 1, 1]] * 3
    assert [backward_values(record, "dH")[-1] for record in records] == [[1, 1, 1]] * 2 + [[0.5] * 3]


def test_a_function_that_changes_a_global_is_seen(iterated: Iterated) -> None:
    helper = "+\ndef double():\n    dH.mul_(2)\n"
    record = iterated(setup=helper, backward="dH = torch.ones_like(H)\ndouble()\ndW = dH * x")
    assert backward_values(record, "dH") == [[1, 1, 1], [2, 2, 2], [2, 2, 2]]


def test_a_gradient_that_is_a_forward_value_under_another_name_spoils_neither(iterated: Iterated) -> None:
    record = iterated(
        forward="probs = torch.softmax(W, 0)\nloss = -probs.log()[1]",
        backward="dprobs = torch.zeros(3)\ndprobs[1] = -1 / probs[1]\ndW = probs\ndW[1] -= 1",
    )
    assert record.gradients["dW"].verdict.passes
    assert record.gradients["dprobs"].verdict.passes
    after_forward = record.value_at("probs", 2)
    assert torch.equal(after_forward, torch.softmax(torch.tensor([0.5, -1.0, 2.0]), 0))
    assert not torch.equal(record.value_at("probs", len(record.steps)), after_forward)


def test_a_loop_records_a_step_for_every_execution(iterated: Iterated, values_of: Values) -> None:
    record = iterated(backward="dW = torch.zeros(3)\nfor i in range(3):\n    dW[i] += x[i]")
    assert values_of(record, "dW") == [[0, 0, 0], [1, 0, 0], [1, 2, 0], [1, 2, 3]]
    positions = [slot.value for _, slot in record.history["i"]]
    assert positions == [0, 1, 2]


def test_a_view_bound_to_a_name_shows_the_change_of_what_it_views(
    iterated: Iterated, values_of: Values
) -> None:
    record = iterated(backward="dW = torch.zeros(3)\nhead = dW[:1]\ndW += x")
    assert values_of(record, "head") == [[0], [1]]


def test_only_what_is_changed_in_place_is_cloned(iterated: Iterated) -> None:
    record = iterated(backward="dH = torch.zeros(3)\ndH += 1\nother = torch.ones(3)\ndW = dH * x")
    slots = [slot for step in record.steps for slot in step.slots if isinstance(slot.origin, torch.Tensor)]
    assert [slot.name for slot in slots if slot.value is not slot.origin] == ["dH"]


def test_a_helper_that_changes_nothing_costs_no_clone_after_the_first_iteration(
    begun: Callable[..., Any],
) -> None:
    session = begun(
        setup="+\ndef scaled(t):\n    return t * x\n", backward="dH = torch.ones(3)\ndW = scaled(dH)"
    )
    session.iterate()
    record = session.iterate()
    slots = [slot for step in record.steps for slot in step.slots if isinstance(slot.origin, torch.Tensor)]
    assert all(slot.value is slot.origin for slot in slots)


def test_a_preallocated_tensor_keeps_each_of_its_states(iterated: Iterated, values_of: Values) -> None:
    record = iterated(
        forward="h = torch.zeros(3)\nfor t in range(3):\n    h[t] = W[t] * x[t]\nloss = h.sum()",
        backward="dh = torch.ones(3)\ndW = dh * x",
    )
    assert record.failure is None
    assert values_of(record, "h") == [[0, 0, 0], [0.5, 0, 0], [0.5, -2, 0], [0.5, -2, 6]]


def test_a_setup_that_fills_a_tensor_in_a_loop_keeps_no_copy_per_step(begun: Callable[..., Any]) -> None:
    before = sum(isinstance(thing, torch.Tensor) for thing in gc.get_objects())
    session = begun(setup="+\nbig = torch.zeros(200)\nfor i in range(200):\n    big[i] = i\n")
    after = sum(isinstance(thing, torch.Tensor) for thing in gc.get_objects())
    assert session.namespace["big"].sum() == 199 * 100
    assert after - before < 20
