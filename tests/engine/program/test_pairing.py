"""Names of gradients that pair with nothing: slips of the pen, and helper variables."""

from __future__ import annotations

import pytest

from backprop_tui.engine.program.naming import DX, Attribute, Item, Place
from backprop_tui.engine.program.pairing import Candidate, unpaired


def suggested(name: str, *missing: str) -> str | None:
    """What is suggested for a name where these tensors have no gradient."""
    found = unpaired([Candidate(Place(name), Place(name[1:]), (7,))], missing, (), DX)
    return found[0].suggestion if found else None


@pytest.mark.parametrize(
    ("name", "meant"),
    [
        *[("dww", "w"), ("dw", "ww"), ("d_w", "w"), ("dw_1", "w1"), ("d1w", "w1"), ("dW", "w")],
        *[("demd", "emb"), ("dem", "emb"), ("dembx", "emb"), ("dhpree", "hpre"), ("dhpra", "hpre")],
    ],
)
def test_a_slip_of_a_missing_gradient_is_asked_about(name: str, meant: str) -> None:
    assert suggested(name, "other", meant) == f"d{meant}"


@pytest.mark.parametrize(
    "name", ["dnext", "delta", "denominator", "dim", "dt", "dx", "dh", "dh2", "dist", "diff", "dev"]
)
def test_nothing_is_said_of_helpers(name: str) -> None:
    assert suggested(name, *"w e m s h1 w1 loss out hidden".split()) is None


def test_nothing_is_said_where_the_gradient_is_written() -> None:
    assert unpaired([Candidate(Place("dww"), Place("ww"), (7,))], ["w"], ["w"], DX) == ()


@pytest.mark.parametrize(
    ("place", "words"),
    [
        (Place("dW"), "dW"),
        (Place("grads", (Item('"W1"'),)), 'grads["W1"]'),
        (Place("self", (Attribute("dW"),)), "self.dW"),
        (Place("layers", (Item("0"), Attribute("db"))), "layers[0].db"),
    ],
)
def test_a_place_reads_as_the_program_writes_it(place: Place, words: str) -> None:
    assert str(place) == words
