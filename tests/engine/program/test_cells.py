"""Percent cells: where they begin, what they are called, which of them are narration."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backprop_tui.engine.program.cells import split

LINES = st.lists(
    st.one_of(
        st.sampled_from(
            ["# %%", "#%% setup", "# %% [markdown]", "# %% forward", "", "x = 1", "# plain", "  # %% in"]
        ),
        st.text(alphabet=st.characters(blacklist_characters="\n\r"), max_size=12),
    ),
    max_size=30,
).map(tuple)


@given(LINES)
def test_every_line_is_a_marker_or_in_exactly_one_cell(lines: tuple[str, ...]) -> None:
    cells = split(lines)
    inside = [line for cell in cells for line in range(cell.first, cell.last + 1)]
    markers = [cell.marker for cell in cells if cell.marker is not None]
    assert sorted(inside + markers) == list(range(1, len(lines) + 1))


@given(LINES)
def test_cells_come_in_the_order_of_their_lines(lines: tuple[str, ...]) -> None:
    firsts = [cell.first for cell in split(lines)]
    assert firsts == sorted(firsts)


@pytest.mark.parametrize(
    ("marker", "title", "narration"),
    [
        ("# %%", "", False),
        ("#%%", "", False),
        ("# %% forward", "forward", False),
        ("#%%forward", "forward", False),
        ("# %% Forward pass", "Forward pass", False),
        ("# %% [markdown]", "", True),
        ("# %% [md]", "", True),
        ("# %% Intro [markdown]", "Intro", True),
        ("# %% [raw]", "", True),
        ("# %% [MarkDown]", "", True),
        ('# %% forward tags=["hidden"]', "forward", False),
        ('# %% [markdown] slideshow={"slide_type": "slide"}', "", True),
        ("# %% forward   ", "forward", False),
    ],
)
def test_a_marker_gives_title_and_kind(marker: str, title: str, narration: bool) -> None:
    cell = split((marker, "x"))[1]
    assert (cell.title, cell.narration) == (title, narration)


@pytest.mark.parametrize("line", ["    # %% forward", "x = 1  # %% forward", "## %% forward", "# % forward"])
def test_what_only_looks_like_a_marker_is_text(line: str) -> None:
    assert len(split((line,))) == 1
