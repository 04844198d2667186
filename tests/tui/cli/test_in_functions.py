"""hint, explain and write for lines that stand in functions, each once for all calls."""

from __future__ import annotations

from pathlib import Path

import pytest

from backprop_tui.tui.cli.main import main

PROGRAMS = Path(__file__).parents[2] / "programs"
LAYERS = (PROGRAMS / "real" / "affine_layers.py").read_text()
BODY = LAYERS[LAYERS.index("    x, w, b = cache") : LAYERS.index("def relu_forward")]
Captured = pytest.CaptureFixture[str]


@pytest.fixture(autouse=True)
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def _written(folder: Path, text: str, code: int = 0) -> str:
    (folder / "mine.py").write_text(text)
    assert main(["write", "mine.py", "--missing", "-o", "done.py"]) == code
    return (folder / "done.py").read_text()


STUBS = {
    "ellipsis": "    ...\n\n",
    "pass": "    pass\n\n",
    "raises": '    """The gradients of an affine layer."""\n    # to do\n'
    '    raise NotImplementedError("later")\n\n',
    "returns None": "    return None\n\n",
    "docstring": '    """The gradients of an affine layer."""\n\n',
    "unpacks": "    x, w, b = cache\n    pass\n\n",
    "None for all": "    x, w, b = cache\n    dx, dw, db = None, None, None\n    # to do\n"
    "    return dx, dw, db\n\n",
    "unpacks beside None": "    dx, x, w = None, cache[0], cache[1]\n    return dx, None, None\n\n",
}


@pytest.mark.parametrize("case", STUBS)
def test_a_function_that_is_not_written_yet_is_written_whole(
    case: str, folder: Path, capsys: Captured
) -> None:
    text = LAYERS.replace(BODY, STUBS[case])
    (folder / "empty.py").write_text(text)
    assert main(["check", "empty.py"]) == 1
    assert "… 3 of 12 gradients do not pass: not written: dx in affine_backward" in capsys.readouterr().out

    done = _written(folder, text)

    assert main(["check", "done.py"]) == 0
    assert "    return dx, dw, db\n" in done
    assert "    dw = x.T @ dout\n" in done
    assert ("# to do" in done) == ("# to do" in text)
    assert ('"""The' in done) == ('"""The' in text)
    head, end = text.index("def affine_backward"), text.index("def relu_forward")
    assert done.startswith(text[:head])
    assert done.endswith(text[end:])


@pytest.mark.parametrize("line", ["    dx = dout @ w.T\n", "    dw = x.T @ dout\n", "    db = dout.sum(0)\n"])
@pytest.mark.parametrize("marked", [True, False])
def test_a_missing_line_is_written_and_every_other_stays(line: str, marked: bool, folder: Path) -> None:
    name = line.partition(" = ")[0]
    text = LAYERS.replace(line, f"{name} = ...\n" if marked else "")

    done = _written(folder, text)

    assert main(["check", "done.py"]) == 0
    kept = [one for one in done.splitlines() if one not in ("    # out = x @ w + b", line.rstrip())]
    assert kept == [one for one in text.splitlines() if "..." not in one]


FILES = (
    "cache_in_another_order",
    "cache_of_caches",
    "norm_with_keyword",
    "shared_helper",
    "dictionary_cache",
)


@pytest.mark.parametrize("name", FILES)
def test_what_is_written_passes_whatever_the_cache_is_like(name: str, folder: Path) -> None:
    _written(folder, (PROGRAMS / "within" / f"{name}.py").read_text())
    assert main(["check", "done.py"]) == 0


def test_the_cache_is_unpacked_and_the_gradients_returned_in_the_order_of_the_program(folder: Path) -> None:
    done = _written(folder, (PROGRAMS / "within" / "cache_in_another_order.py").read_text())
    assert '    """Back."""\n    b, x, w = cache\n' in done
    assert "    return db, dw, dx\n" in done


def test_calls_that_need_other_lines_get_none(folder: Path, capsys: Captured) -> None:
    text = (PROGRAMS / "within" / "calls_that_differ.py").read_text()
    assert _written(folder, text, code=1) == text
    told = capsys.readouterr().err
    assert "dx in lin_backward could not be written: one text does not fit all its calls" in told
    assert "in call 1 it is `dx = dout @ w`, in call 2 it is `dx = dout @ w.T`" in told
    assert main(["hint", "mine.py", "dx", "--level", "5"]) == 0
    assert "so it is in call 1; in call 2 it is another line" in capsys.readouterr().out


def test_what_a_function_does_not_get_is_said(folder: Path, capsys: Captured) -> None:
    text = (PROGRAMS / "within" / "cache_that_lacks.py").read_text()
    done = _written(folder, text, code=1)
    told = "dw in affine_backward could not be written: it needs x, which affine_backward does not get."
    assert told in capsys.readouterr().err
    assert "    dw = ...\n" in done
    assert "    dx = dout @ w.T\n" in done


def test_without_missing_wrong_lines_are_exchanged_and_right_ones_stay(folder: Path) -> None:
    wrong = LAYERS.replace("db = dout.sum(0)", "db = dout.sum()")
    (folder / "mine.py").write_text(wrong)
    assert main(["write", "mine.py", "-o", "done.py"]) == 0
    commented = LAYERS.replace("    db = dout", "    # out = x @ w + b\n    db = dout")
    assert (folder / "done.py").read_text() in (LAYERS, commented)


def test_a_hint_is_told_once_for_all_calls(folder: Path, capsys: Captured) -> None:
    (folder / "mine.py").write_text(LAYERS.replace("db = dout.sum(0)", "db = dout.sum()"))
    for word in ("db", "db in affine_backward", "b in affine_forward", "db1", "b2"):
        assert main(["hint", "mine.py", word, "--level", "5"]) == 0
        assert capsys.readouterr().out == "db in affine_backward, hint 5 of 5\ndb = dout.sum(0)\n"


def test_a_word_that_means_lines_of_several_functions_is_asked_about(folder: Path, capsys: Captured) -> None:
    (folder / "mine.py").write_text(LAYERS)
    assert main(["explain", "mine.py", "dx"]) == 2
    told = capsys.readouterr().err
    assert "dx in relu_backward" in told
    assert "dx in affine_backward" in told


OF_METHODS = (
    "layers_as_objects",
    "list_of_layers",
    "network_of_layers",
    "normalized_objects",
    "recurrent_object",
)
REAL = sorted((PROGRAMS / "real").glob("*.py"))


@pytest.mark.parametrize("path", [one for one in REAL if one.stem in OF_METHODS], ids=lambda path: path.stem)
def test_what_stands_in_methods_is_not_explained_yet(path: Path, capsys: Captured) -> None:
    for command in (["explain", str(path)], ["hint", str(path), "dX"], ["write", str(path)]):
        assert main(command) == 2
        assert "in methods" in capsys.readouterr().err


@pytest.mark.parametrize(
    "path", [one for one in REAL if one.stem not in OF_METHODS], ids=lambda path: path.stem
)
def test_every_explanation_is_in_the_words_of_the_text(path: Path, capsys: Captured) -> None:
    assert main(["explain", str(path)]) == 0
    told = capsys.readouterr().out
    assert "ꞏ" not in told
    assert "shapes and numbers are those of the" in told or "affine" not in told
