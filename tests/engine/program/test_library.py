"""Programs come from paths and from the bundled names; what cannot be read is refused in words."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from backprop_tui.engine.program.library import bundled, bundled_names, load, starter
from backprop_tui.engine.program.program import ProgramError, parse

TEXT = "# %% forward\nloss = 1\n"


def refused(target: str | Path) -> ProgramError:
    with pytest.raises(ProgramError) as caught:
        load(str(target))
    return caught.value


def test_a_path_is_loaded_and_named_for_its_file(tmp_path: Path) -> None:
    file = tmp_path / "mine.py"
    file.write_text(TEXT, encoding="utf-8")
    program = load(str(file))
    assert (program.name, program.path, program.text) == ("mine", file, TEXT)


@pytest.mark.parametrize("name", bundled_names())
def test_every_bundled_program_loads_and_has_a_line_about_it(name: str) -> None:
    assert load(name).name == name
    assert next(one.summary for one in bundled() if one.name == name)


def test_the_linear_regression_is_listed_first() -> None:
    assert bundled()[0].name == "linear_regression"


def test_the_start_for_a_new_program_is_a_program() -> None:
    assert parse(starter(), "new").section("backward") is not None


def test_a_file_named_like_a_bundled_program_comes_first(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("linear_regression").write_text(TEXT, encoding="utf-8")
    assert load("linear_regression").text == TEXT


def test_a_byte_order_mark_is_no_part_of_the_program(tmp_path: Path) -> None:
    file = tmp_path / "bom.py"
    file.write_bytes(b"\xef\xbb\xbf" + TEXT.encode())
    assert load(str(file)).text == TEXT


def test_a_missing_file_near_a_bundled_name_gets_a_did_you_mean() -> None:
    problem = refused("linear_regresion")
    assert str(problem) == "linear_regresion: no such program. Did you mean `linear_regression`?"


def test_a_missing_file_near_one_in_its_folder_gets_a_did_you_mean(tmp_path: Path) -> None:
    (tmp_path / "network.py").write_text(TEXT, encoding="utf-8")
    assert refused(tmp_path / "netwrok.py").hint == f"Did you mean `{tmp_path / 'network.py'}`?"


def test_a_missing_file_near_nothing_is_told_where_programs_are_named(tmp_path: Path) -> None:
    problem = refused(tmp_path / "nowhere" / "x.py")
    assert problem.message == "no such program"
    assert "backprop-tui list" in problem.hint


def test_a_folder_is_refused(tmp_path: Path) -> None:
    assert refused(tmp_path).message == "this is a folder"


def test_a_binary_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "weights.pt"
    file.write_bytes(b"PK\x03\x04\0\0\xff\xfe")
    assert refused(file).message == "this is a binary file"


def test_a_file_that_is_not_utf_8_is_refused_on_its_line(tmp_path: Path) -> None:
    file = tmp_path / "latin.py"
    file.write_bytes(b"# %% forward\n# caf\xe9\nloss = 1\n")
    problem = refused(file)
    assert str(problem) == f"{file}:2: the file is not UTF-8. Save it as UTF-8"


def test_an_empty_file_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "empty.py"
    file.touch()
    assert refused(file).message == "the file is empty"


@pytest.mark.parametrize("target", ["x" * 5000, "a\0b", "", "~nobody/x.py", "[/]", "a[/]b.py"])
def test_a_name_that_no_file_can_have_is_refused_like_any_other(target: str) -> None:
    assert refused(target).message


def test_a_file_that_may_not_be_read_says_so(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "secret.py"
    file.write_text(TEXT, encoding="utf-8")

    def denied(path: Path) -> bytes:
        raise PermissionError(13, os.strerror(13), str(path))

    monkeypatch.setattr(Path, "read_bytes", denied)
    assert refused(file).message == "it cannot be read: Permission denied"


def test_a_name_that_is_only_a_little_alike_is_not_offered(tmp_path: Path) -> None:
    (tmp_path / "sign.py").write_text("")
    hint = refused(tmp_path / "missing.py").hint
    assert hint == "`backprop-tui list` names the bundled programs"
