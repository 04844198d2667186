"""What belongs to the person at the screen is remembered; a wrong file of theirs is told, and left alone."""

from __future__ import annotations

import json
from pathlib import Path
from textwrap import dedent

import pytest

from backprop_tui.engine.debugger.wire.commands import Advance, Ask, ToggleRun, Unit
from backprop_tui.engine.tutor.answer import Asked
from backprop_tui.tui.app import BackpropApp
from backprop_tui.tui.drawing.canvas import Canvas
from backprop_tui.tui.drawing.line import plain
from backprop_tui.tui.person.keymap import USUAL, Keymap, keymap_of, read_keymap
from backprop_tui.tui.person.preferences import Preferences, PreferencesFile

from .. import scenes
from .stage import Stage
from .test_snapshots import SIZES, Compare, sized

WIDE = (120, 36)


def staged(folder: Path, keymap: Keymap = USUAL, theme: str | None = None) -> Stage:
    stage = Stage()
    kept = PreferencesFile(folder)
    stage.app = BackpropApp(scenes.program(), stage.engine, theme, kept=kept, keymap=keymap)
    return stage


def told(stage: Stage) -> list[str]:
    return [notification.message for notification in stage.app._notifications]


async def test_the_theme_that_was_chosen_is_there_the_next_time(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    async with stage.app.run_test(size=WIDE) as pilot:
        stage.app.theme = "backprop-light"
        await pilot.pause()
    assert staged(tmp_path).app.theme == "backprop-light"
    assert staged(tmp_path, theme="nord").app.theme == "nord"
    assert not list(tmp_path.glob("*.new"))


@pytest.mark.parametrize("pane", ["program", "tensors", "inspector"])
@pytest.mark.parametrize("size", [*SIZES, (40, 12)], ids=sized)
async def test_a_zoomed_pane_has_the_place_of_all_and_gives_it_back(
    tmp_path: Path, size: tuple[int, int], pane: str
) -> None:
    stage = staged(tmp_path)
    async with stage.app.run_test(size=size) as pilot:
        stage.app.main.see(pane)
        await pilot.pause()
        before = stage.seen()
        await pilot.press("z")
        await pilot.pause()
        assert stage.seen() == {pane}
        assert stage.app.main.rooms()[pane].width == size[0]
        await pilot.press("z")
        await pilot.pause()
        assert stage.seen() == before


async def test_where_the_output_is_open_the_footer_says_how_the_panes_come_back_too() -> None:
    stage = Stage()
    async with stage.app.run_test(size=(111, 30)) as pilot:
        await pilot.press("o", "z")
        assert "z shows all panes" in stage.text("footer")


async def test_the_zoom_follows_the_focus_and_is_remembered(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("z", "tab")
        await pilot.pause()
        assert stage.seen() == {"tensors"}
    stage = staged(tmp_path)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert stage.seen() == {"program"}


async def test_narration_is_folded_back_and_remembered(tmp_path: Path) -> None:
    stage = staged(tmp_path)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("m")
        await pilot.pause()
        assert stage.layouts[-1].folds == ((1, 1),)
        assert "Linear regression by hand …" in stage.text("program")
        await pilot.press("m")
        await pilot.pause()
        assert stage.layouts[-1].folds == ()
        assert "Linear regression by hand …" not in stage.text("program")
        await pilot.press("m")
    stage = staged(tmp_path)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert "Linear regression by hand …" in stage.text("program")
        assert stage.layouts[-1].folds == ((1, 1),)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("{", "Expecting property name"),
        ("[]", "it holds no names with values"),
        ('{"colour": 1}', "there is no preference `colour`"),
        ('{"zoomed": 1}', "`zoomed` is no true or false"),
    ],
)
async def test_a_bad_file_is_told_ignored_and_left_as_it_is(tmp_path: Path, text: str, why: str) -> None:
    path = tmp_path / "preferences.json"
    path.write_text(text)
    stage = staged(tmp_path)
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("z")
        await pilot.pause()
        (words,) = told(stage)
        assert words.startswith(f"{path} is not read, nor written: {why}")
        assert stage.seen() == {"program"}
    assert path.read_text() == text


def test_what_is_kept_is_read_back(tmp_path: Path) -> None:
    kept = Preferences("nord", zoomed=True, folded=True)
    PreferencesFile(tmp_path / "new").keep(kept)
    assert PreferencesFile(tmp_path / "new").read() == kept
    assert json.loads((tmp_path / "new" / "preferences.json").read_text())["theme"] == "nord"


def test_where_the_folder_refuses_nothing_is_kept(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    PreferencesFile(tmp_path / "file").keep(Preferences("nord"))
    assert PreferencesFile(tmp_path / "file").read() == Preferences()


SWAPPED = 'run = "space"\niteration = "r"\nexplain = "f7, E"\n'


async def test_changed_keys_do_what_they_are_for_and_are_shown(tmp_path: Path) -> None:
    (tmp_path / "keys.toml").write_text(SWAPPED)
    stage = staged(tmp_path, read_keymap(tmp_path))
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.press("space", "r", "f7", "E", "x")
        assert stage.commands == [
            ToggleRun(),
            Advance(Unit.ITERATION),
            Ask(Asked.EXPLANATION),
            Ask(Asked.EXPLANATION),
        ]
        assert stage.text("footer").startswith(" r iteration")
        assert "space run" in stage.text("footer")
        titles = [command.title for command in stage.app.get_system_commands(stage.app.main)]
        assert f"{'Run, or pause':<30}space" in titles
        await pilot.press("question_mark")
        await pilot.pause()
        shown = "\n".join(map(plain, stage.app.screen.query_one(Canvas).lines))
        assert "    space  run, or pause" in shown
        assert "       f7  explain its gradient" in shown
    assert staged(tmp_path).app._keymap == {}


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ('\nrun = "space"', "keys.toml:2: `space` is the key of `iteration` already; `run` keeps its own"),
        ('rn = "k"', "keys.toml:1: there is no command `rn`; did you mean `run`?"),
        ('# mine\n"run" = "frobnicate"', "keys.toml:2: there is no key `frobnicate`"),
        ("run = 3", 'keys.toml:1: the keys of `run` are to be written as "x" or "x,y"'),
        ('run = "escpe"', "keys.toml:1: there is no key `escpe`; did you mean `escape`?"),
        ('# mine\n[keys]\nrun = "x"', "keys.toml:2: `[keys]` is a heading; commands stand without one"),
        ('run = "x\nhelp = "f1"', "keys.toml:1: a quotation mark is missing; no key is changed"),
        ('help = "f1"\nrun = ', "keys.toml:2: invalid value; no key is changed"),
        ('run = \nhelp = "f1"', "keys.toml:1: invalid value; no key is changed"),
    ],
)
def test_what_is_wrong_with_a_line_is_told_with_its_number(text: str, words: str) -> None:
    assert keymap_of(text, "keys.toml") == Keymap({}, (words,))


def test_the_keys_of_the_readme_are_a_file_without_a_mistake() -> None:
    page = (Path(__file__).parents[3] / "README.md").read_text(encoding="utf-8")
    lines = page.partition("### Keys of your own")[2].split("\n\n")[2]
    found = keymap_of(dedent(lines), "keys.toml")
    assert (len(found.keys), found.told) == (3, ())


def test_a_wrong_line_takes_no_other_along() -> None:
    found = keymap_of('rn = "k"\nhelp = "f1"\nslice = ","\nslice_back = ";"', "keys.toml")
    assert dict(found.keys) == {"help": "f1", "slice": "comma", "slice_back": "semicolon"}
    assert len(found.told) == 1


async def test_what_is_wrong_with_the_keys_is_said_on_opening(tmp_path: Path) -> None:
    stage = staged(tmp_path, keymap_of('rn = "k"\nrun = "x"', "keys.toml"))
    async with stage.app.run_test(size=WIDE) as pilot:
        await pilot.pause()
        assert len(told(stage)) == 2
        await pilot.press("r", "x")
        assert stage.commands == [ToggleRun(), Ask(Asked.EXPLANATION)]


@pytest.mark.parametrize("size", SIZES, ids=sized)
def test_zoomed_and_folded(snap_compare: Compare, size: tuple[int, int]) -> None:
    app = BackpropApp(scenes.program(), scenes.FakeEngine(scenes.mid_backward()), "dark")
    assert snap_compare(app, press=["z", "m"], terminal_size=size)
