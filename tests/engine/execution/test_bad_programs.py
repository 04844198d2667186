"""Programs that are not finished or cannot run are told why, and the session is unharmed."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import torch
from torch import Tensor

from backprop_tui.engine.execution.iteration import Iteration
from backprop_tui.engine.execution.recording.steps import MISSING
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.program.reachability import bound_anew
from backprop_tui.engine.verdict import Verdict

Begun = Callable[..., Session]
Iterated = Callable[..., Iteration]


def verdicts(record: Iteration) -> dict[str, str]:
    return {name: gradient.verdict.value for name, gradient in record.gradients.items()}


def bits(session: Session) -> dict[str, Any]:
    """Everything a program holds that an iteration can read before it binds it anew; tensors as bytes."""
    anew = {"iteration", *bound_anew(session.program)}
    names = [name for name in session.namespace if not name.startswith("__") and name not in anew]
    values = {name: session.namespace[name] for name in names}
    return {
        n: v.detach().clone().numpy().tobytes() if isinstance(v, Tensor) else v for n, v in values.items()
    }


def test_a_program_without_backward_and_update_still_iterates(begun: Begun) -> None:
    session = begun(backward=None, update=None)
    record = session.iterate()
    assert (record.failure, record.gradients, record.loss) == (None, {}, 4.5)
    assert session.number == 1


@pytest.mark.parametrize("backward", [None, "dH = torch.ones_like(H)", "dW = ...", "dH = ...\ndW = ..."])
def test_the_update_waits_for_gradients_that_are_not_written(backward: str | None, begun: Begun) -> None:
    session = begun(backward=backward)
    record = session.iterate()
    assert record.failure is None
    assert record.notes == ("the update waits: dW not written yet",)
    assert torch.equal(session.namespace["W"], torch.tensor([0.5, -1.0, 2.0]))


def test_an_update_that_reads_no_gradient_does_not_wait(begun: Begun) -> None:
    session = begun(backward=None, update="W = W * 0.5")
    assert session.iterate().notes == ()


@pytest.mark.parametrize(
    ("sections", "message"),
    [
        ({"parameters": "W = torch.tensor([1, 2, 3])"}, "`W` is an int64 tensor, which has no gradient; "),
        ({"parameters": "w = [1.0]"}, "there are no parameters: bind at least one floating tensor"),
        ({"parameters": None}, "there are no parameters: bind at least one floating tensor"),
    ],
)
def test_a_program_without_parameters_is_told_what_to_bind(
    sections: dict[str, Any], message: str, build: Callable[..., Program]
) -> None:
    session = Session(build(**sections))
    failure = session.begin()
    assert failure is not None
    assert failure.message.startswith(message)
    assert not session.ready


@pytest.mark.parametrize(
    ("loss", "message"),
    [
        ("W * x", "`loss` has shape [3]; it has to be a scalar: add .mean() or .sum()"),
        ("W.sum().item()", "`loss` is a float; it has to be a scalar tensor"),
        ("W.detach().sum()", "`loss` has no graph: no parameter reaches it"),
        ("x.sum()", "`loss` has no graph: no parameter reaches it"),
        ("(W * x).sum().long()", "`loss` is an int64 tensor; it has to be floating"),
        ("None", "`loss` is None; it has to be a scalar tensor"),
        ("torch.zeros(0)", "`loss` has shape [0]; it has to be a scalar"),
    ],
)
def test_a_loss_that_cannot_be_differentiated_is_refused_on_its_line(
    loss: str, message: str, iterated: Iterated
) -> None:
    failure = iterated(forward=f"H = W * x\nloss = {loss}\nafter = 1").failure
    assert failure is not None
    assert failure.message.startswith(message)
    assert (failure.section, failure.line) == ("forward", 8)


def test_a_loss_that_no_branch_bound_is_told(iterated: Iterated) -> None:
    failure = iterated(forward="H = W * x\nif H.sum() > 1000:\n    loss = H.sum()").failure
    assert failure is not None
    assert failure.message == "the forward ended without binding `loss`"


@pytest.mark.parametrize("update", ["W = 'gone'", "W = None", "W = W.long()"])
def test_a_parameter_that_the_update_lost_is_named_at_the_next_iteration(update: str, begun: Begun) -> None:
    session = begun(update=update)
    assert session.iterate().failure is None
    failure = session.iterate().failure
    assert failure is not None
    assert (failure.section, failure.line) == ("update", 13)
    assert failure.message.startswith("the parameter `W` ")
    assert failure.message.endswith("it has to stay a floating tensor")


@pytest.mark.parametrize("value", ["nan", "inf", "-inf"])
def test_a_loss_that_is_not_finite_is_a_number_like_any_other(value: str, begun: Begun) -> None:
    session = begun(
        forward=f"H = W * x\nloss = H.sum() + float('{value}')", backward="dH = torch.ones(3)\ndW = dH * x"
    )
    record = session.iterate()
    assert record.failure is None
    assert str([*session.losses]) == f"[{value}]"
    assert verdicts(record) == {"dH": "exact", "dW": "exact"}


def test_gradients_that_are_nan_at_the_same_places_are_equal_and_no_pass(iterated: Iterated) -> None:
    record = iterated(
        forward="H = torch.sqrt(W * x)\nloss = H.sum()", backward="dH = torch.ones(3)\ndW = dH * x / (2 * H)"
    )
    assert record.gradients["dW"].verdict is Verdict.NOT_FINITE
    assert record.gradients["dW"].comparison.maxdiff == 0
    assert record.references.gradients["W"].isnan().any()


RAISES = "raise ValueError('on purpose')"
DRAWS = "noise = torch.rand(3)"


@pytest.mark.parametrize("section", ["forward", "backward", "update"])
@pytest.mark.parametrize(
    "stop",
    [RAISES, "import sys; sys.exit(3)", "exit()", "quit()", "input()", "breakpoint()", "1 / 0", "undefined"],
)
def test_what_fails_in_any_section_leaves_the_session_as_it_was(
    section: str, stop: str, begun: Begun
) -> None:
    setup = """+
        import random
        import numpy as np
        generator = torch.Generator()
        fails = [False]
        box = [torch.ones(3)]
    """
    body = {
        "forward": "noise = torch.rand(3, generator=generator) + random.random() + np.random.rand()\nx += 1\n"
        "H = W * x + noise\nloss = H.sum()",
        "backward": "dH = torch.ones_like(H)\ndW = dH * x\nextra = torch.rand(3)",
        "update": "W.data -= 0.1 * dW\nbox[0] += extra\nfresh = 1",
    }
    failing = dict(body)
    failing[section] += f"\nif fails[0]:\n    {stop}\n"
    untroubled = begun(setup=setup, **failing)
    losses = [untroubled.iterate().loss for _ in range(3)]
    session = begun(setup=setup, **failing)
    session.iterate()
    before = bits(session)
    session.namespace["fails"][0] = True
    failure = session.iterate().failure
    assert failure is not None
    assert failure.section == section
    session.namespace["fails"][0] = False
    assert bits(session) == before
    assert [session.losses[0], session.iterate().loss, session.iterate().loss] == losses
    assert torch.equal(session.namespace["box"][0], untroubled.namespace["box"][0])


def test_lists_that_a_failed_iteration_filled_are_as_before(begun: Begun) -> None:
    session = begun(
        setup="+\nlog = []\nseen = {}",
        forward="H = W * x\nloss = H.sum()\nlog.append(1)\nseen[iteration] = 1",
        update=RAISES,
    )
    session.iterate()
    assert (session.namespace["log"], session.namespace["seen"]) == ([], {})


def test_a_view_that_cannot_be_written_to_is_put_back_through_its_base(begun: Begun) -> None:
    session = begun(setup="+\nbase = torch.ones(1)\nwide = base.expand(4)", update="base += 1\n" + RAISES)
    assert session.iterate().failure is not None
    assert session.namespace["wide"].tolist() == [1, 1, 1, 1]


@pytest.mark.parametrize("section", ["setup", "parameters"])
def test_what_fails_at_the_beginning_can_be_begun_again(section: str, build: Callable[..., Program]) -> None:
    session = Session(build(**{section: RAISES}))
    for _ in range(2):
        failure = session.begin()
        assert failure is not None
        assert (failure.section, failure.message) == (section, "on purpose")
        session.restart()


def test_recursion_without_end_is_told_in_words(iterated: Iterated) -> None:
    failure = iterated(setup="+\ndef f(n):\n    return f(n + 1)", forward="loss = f(0)").failure
    assert failure is not None
    assert failure.message == "the program calls itself without end"


@pytest.mark.parametrize("count", [300, 900])
def test_an_expression_of_hundreds_of_terms_runs(count: int, begun: Begun) -> None:
    terms = " + ".join(["W"] * count)
    session = begun(
        parameters="W = torch.ones(1)", forward=f"loss = ({terms}).sum()", backward=None, update=None
    )
    assert session.iterate().loss == count


def test_a_cancelled_iteration_leaves_the_session_as_it_was(begun: Begun) -> None:
    session = begun()
    before = bits(session)
    session.interpreter.cancel.wanted = True
    record = session.iterate()
    assert record.failure is not None
    assert record.failure.type == "Cancelled"
    session.interpreter.cancel.wanted = False
    assert bits(session) == before
    assert session.iterate().failure is None


def test_the_steps_that_ran_before_a_failure_are_recorded(iterated: Iterated) -> None:
    record = iterated(backward="dH = torch.ones_like(H)\nraise ValueError\ndW = 1")
    assert [step.statement.text for step in record.steps] == [
        "H = W * x",
        "loss = H.sum()",
        "dH = torch.ones_like(H)",
    ]
    assert record.gradients["dH"].verdict is Verdict.EXACT
    assert record.value_at("dW", 99) is MISSING


def test_what_a_function_remembers_of_the_last_iteration_survives_a_failure(begun: Begun) -> None:
    setup = """+
        fails = [False]
        def last():
            try:
                return H.detach().sum()
            except NameError:
                return 0.0
    """
    forward = "before = last()\nH = W * x + before\nloss = H.sum()\nif fails[0]:\n    raise ValueError\n"
    session, other = begun(setup=setup, forward=forward), begun(setup=setup, forward=forward)
    session.iterate()
    session.namespace["fails"][0] = True
    assert session.iterate().failure is not None
    session.namespace["fails"][0] = False
    session.iterate()
    for _ in range(2):
        other.iterate()
    assert session.losses == other.losses
