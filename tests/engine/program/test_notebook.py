"""Notebooks are read as they are, and a changed text goes back into their cells and nowhere else."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.notebook import NotebookText, OtherCells, read_notebook
from backprop_tui.engine.program.program import ProgramError

CODE = ["import torch\n", "x = torch.ones(3)\n", "w = torch.zeros(3)"]
LOOP = [
    "for i in range(3):\n",
    "    loss = ((w * x - 1) ** 2).sum()\n",
    "    dw = 2 * (w * x - 1) * x\n",
    "    w = w - 0.1 * dw",
]


def code(*lines: str, **more: Any) -> dict[str, Any]:
    """A cell of code."""
    cell = {"cell_type": "code", "execution_count": 1, "metadata": {}, "outputs": [], "source": list(lines)}
    return {**cell, **more}


def told(text: str) -> dict[str, Any]:
    """A cell of markdown."""
    return {"cell_type": "markdown", "metadata": {}, "source": text}


def written(cells: list[dict[str, Any]], indent: int | None = 1, **metadata: Any) -> bytes:
    """A notebook as a file."""
    content = {"cells": cells, "metadata": metadata, "nbformat": 4, "nbformat_minor": 5}
    return (json.dumps(content, indent=indent, ensure_ascii=False) + "\n").encode()


def opened(data: bytes) -> NotebookText:
    """A notebook that was read."""
    return read_notebook(data, "a.ipynb")


def test_the_cells_are_one_text_with_narration() -> None:
    notebook = opened(written([told("# Slope\nA line."), code(*CODE), code(*LOOP)]))
    assert notebook.text.split("\n")[:5] == [
        "# %% [markdown]",
        "# # Slope",
        "# A line.",
        "# %%",
        "import torch",
    ]
    assert [(cell.number, cell.first, cell.last) for cell in notebook.cells] == [(1, 5, 7), (2, 9, 12)]


def test_a_notebook_without_titles_is_opened_by_its_name(tmp_path: Path) -> None:
    file = tmp_path / "slope.ipynb"
    file.write_bytes(written([code(*CODE), code(*LOOP)]))
    program = load(str(file))
    assert program.found is not None
    assert program.found.words == (
        "iteration: the loop in line 6 · parameters w · loss: line 7 · backward: 8 · update: 9 "
        "· gradients are named dX"
    )


@pytest.mark.parametrize("how", ["first line", "tag"])
def test_a_notebook_with_titles_is_a_program_with_titles(tmp_path: Path, how: str) -> None:
    sections = {
        "setup": "import torch\nx = torch.ones(3)",
        "parameters": "w = torch.zeros(3)",
        "forward": "loss = ((w * x - 1) ** 2).sum()",
        "backward": "dw = 2 * (w * x - 1) * x",
    }
    cells = [
        code(f"# %% {kind}\n{text}") if how == "first line" else code(text, metadata={"tags": [kind]})
        for kind, text in sections.items()
    ]
    file = tmp_path / "slope.ipynb"
    file.write_bytes(written([told("Words."), *cells]))
    program = load(str(file))
    assert program.found is None
    assert [section.kind for section in program.sections] == list(sections)


def test_magics_are_left_out_and_noted(tmp_path: Path) -> None:
    magics = code("%matplotlib inline\n", "!pip install torch\n", "files = !ls\n", "torch?\n", *CODE)
    cells = [code("%%bash\n", "ls -l\n", "echo done"), magics, code("%%time\n", *LOOP)]
    file = tmp_path / "magic.ipynb"
    file.write_bytes(written(cells))
    program = load(str(file))
    assert program.found is not None
    assert program.found.notes == (
        "lines 2–4, 6–9, 14 are no Python and are left out",
        "lines are counted through all cells: cell 3 begins at line 14",
    )


def test_percent_signs_of_python_are_no_magics() -> None:
    lines = ["text = (\n", "    'a %s'\n", "    % 3\n", ")\n", "ok = 7 % 2  # really?"]
    assert opened(written([code(*lines)])).magics == ()


@pytest.mark.parametrize("indent", [1, 2, None])
def test_a_changed_line_goes_back_into_its_cell_and_nothing_else_changes(indent: int | None) -> None:
    output = [{"output_type": "stream", "name": "stdout", "text": ["é done\n"]}]
    cells = [told("# Größe"), code("%time x = 1"), code(*LOOP, outputs=output, metadata={"tags": ["a"]})]
    data = written(cells, indent, kernelspec={"name": "python3", "language": "python"})
    notebook = opened(data)
    again = notebook.encoded(notebook.text.replace("w = w - 0.1 * dw", "w = w - 0.2 * dw\n    print(i)"))
    changed = [*LOOP[:3], "    w = w - 0.2 * dw\n", "    print(i)"]
    expected = [*cells[:2], {**cells[2], "source": changed}]
    assert again == written(expected, indent, kernelspec={"name": "python3", "language": "python"})
    assert notebook.encoded(notebook.text) == data


def test_a_text_with_other_cells_is_not_put_into_a_notebook() -> None:
    notebook = opened(written([code(*CODE)]))
    with pytest.raises(OtherCells, match="1 cells, and the text 2"):
        notebook.encoded(notebook.text + "# %%\nprint(1)\n")


@pytest.mark.parametrize(
    ("data", "words"),
    [
        (b"import torch\n", "this is no notebook: it is not JSON"),
        (b"[1, 2]", "this is no notebook: it has no cells"),
        (b'{"a": 1}', "this is no notebook: it has no cells"),
        (b"\xff\xfe{}", "this is no notebook: it is not JSON"),
        (b"[" * 100_000, "this is no notebook: it is not JSON"),
        (b'{"cells": {"a": 1}}', "this is no notebook: it has no cells"),
        (b'{"cells": [{"cell_type": "code"}, "x = 1"]}', "this is no notebook: cell 2 has no text"),
        (b'{"worksheets": [{"cells": [null]}]}', "this is no notebook: cell 1 has no text"),
        (written([code("x = 1"), code(source=[1, 2])]), "this is no notebook: cell 2 has no text"),
        (written([code("x = 1", source=None)]), "this is no notebook: cell 1 has no text"),
        (written([told("only words")]), "the notebook has no cells of code"),
        (written([code("x <- 3")], kernelspec={"language": "R"}), "this notebook is in R"),
    ],
)
def test_what_is_no_notebook_is_told(tmp_path: Path, data: bytes, words: str) -> None:
    file = tmp_path / "bad.ipynb"
    file.write_bytes(data)
    with pytest.raises(ProgramError, match=words):
        load(str(file))


@pytest.mark.parametrize("metadata", ["words", {"tags": None}, {"tags": 5}, {"tags": [["forward"], {}]}])
def test_what_is_said_of_cells_in_another_form_counts_for_nothing(metadata: object) -> None:
    data = json.dumps({"cells": [code(*CODE, metadata=metadata)], "metadata": metadata}).encode()
    assert opened(data).text == "# %%\n" + "".join(CODE) + "\n"


def test_a_notebook_of_an_older_format_is_read() -> None:
    cells = [{"cell_type": "code", "input": ["import torch\n", "x = 1"], "language": "python"}]
    data = json.dumps({"worksheets": [{"cells": cells}], "metadata": {}, "nbformat": 3}).encode()
    assert opened(data).text == "# %%\nimport torch\nx = 1\n"


def test_a_cell_that_begins_with_a_title_keeps_it_when_lines_are_written_into_it() -> None:
    cells = [
        {"cell_type": "code", "source": ["# %% setup\n", "import torch"]},
        {"cell_type": "code", "source": "# %% forward\nloss = torch.ones(1)"},
    ]
    notebook = read_notebook(json.dumps({"cells": cells}).encode(), "mine.ipynb")
    after = json.loads(notebook.encoded(notebook.text.replace("ones(1)", "ones(2)")))["cells"]
    assert after == [cells[0], {"cell_type": "code", "source": "# %% forward\nloss = torch.ones(2)"}]
