"""The Textual app: one screen over one engine, and before it one that asks, of a file without titles."""

from __future__ import annotations

import asyncio
import os
import signal
from collections.abc import Callable, Iterable, Sequence
from functools import partial
from types import FrameType
from typing import Any

from msgspec.structs import replace
from textual.app import App, SystemCommand
from textual.drivers.linux_driver import LinuxDriver
from textual.events import Resize
from textual.filter import LineFilter, Monochrome, NoColor
from textual.geometry import Size
from textual.reactive import Reactive
from textual.screen import Screen
from textual.theme import Theme, ThemeProvider

from ..engine.debugger.wire.commands import Advance, Unit
from ..engine.process.child import Child
from ..engine.program.program import Program
from .keys import BY_ID, KEYS, change_keys, label_of
from .link import LateLink, Link, MakeLink
from .person.folder import config_folder
from .person.keymap import USUAL, Keymap, read_keymap
from .person.preferences import PreferencesFile
from .screens.main_screen import MainScreen
from .terminal.terminal import end_when_told
from .themes import ALIASES, DARK, LIGHT

WIDTHS = [(0, "-narrow"), (112, "-wide"), (150, "-roomy")]
HEIGHTS = [(0, "-low"), (18, "-middling"), (30, "-high"), (48, "-tall")]
"""From how many columns and rows on the screen has which class; the stylesheet lays out by them."""


class BackpropApp(App[int]):
    """Steps one program. `theme` is one of ours (dark, light, ansi) or the name of Textual's."""

    TITLE = "backprop-tui"
    CSS_PATH = "app.tcss"
    HORIZONTAL_BREAKPOINTS = WIDTHS
    VERTICAL_BREAKPOINTS = HEIGHTS
    theme: Reactive[str] = Reactive(DARK.name)
    """To set another makes Textual read its stylesheets twice."""

    def __init__(
        self,
        program: Program,
        make_link: MakeLink,
        theme: str | None = None,
        told: str = "",
        kept: PreferencesFile | None = None,
        keymap: Keymap = USUAL,
    ) -> None:
        """`told` is said when it opens; `kept` is where preferences are."""
        super().__init__()
        self._kept = kept or PreferencesFile(None)
        self.preferences = self._kept.read()
        self._told = (*filter(None, (told, self._kept.problem)), *keymap.told)
        self._make_link = make_link
        self._told_size: Size | None = None
        self.program = program
        self.main = MainScreen(program, make_link)
        self.main.prefer(self.preferences)
        change_keys(keymap.keys)
        self.set_keymap({**keymap.keys})
        name = theme or os.environ.get("TEXTUAL_THEME") or self.preferences.theme or DARK.name
        name = ALIASES.get(name, name)
        if name != self.theme and name in self.available_themes:
            self.theme = name

    @property
    def available_themes(self) -> dict[str, Theme]:
        """Textual's themes and ours; ours are there from the first moment on."""
        return {**super().available_themes, DARK.name: DARK, LIGHT.name: LIGHT}

    def get_default_screen(self) -> Screen[None]:
        """The screen that it opens with: of a file without titles, the one that asks."""
        found = self.program.found
        if found is None or found.titled:
            return self._sized(self.main)
        from .screens.found_screen import FoundScreen

        return FoundScreen(self.program, found, self.step)

    def step(self, program: Program) -> None:
        """Step a program, over the screen that asked."""
        if program is not self.program:
            self.program, self.main = program, MainScreen(program, self._make_link)
            self.main.prefer(self.preferences)
        self.push_screen(self._sized(self.main))

    def _sized(self, screen: Screen[None]) -> Screen[None]:
        """With the classes of its size: Textual draws a screen once without before it sets them."""
        for breakpoints, extent in ((WIDTHS, self.size.width), (HEIGHTS, self.size.height)):
            name = [name for least, name in breakpoints if extent >= least][-1]
            screen.add_class(name, update=False)
        return screen

    def on_mount(self) -> None:
        """End as a program should when it is told to."""
        for words in self._told:
            self.notify(words, markup=False, timeout=10)
        self.theme_changed_signal.subscribe(self, lambda theme: self._prefer(theme=theme.name))
        if not self.is_headless:
            loop = asyncio.get_running_loop()
            end_when_told(lambda code: loop.call_soon_threadsafe(self.exit, None, code))
            signal.signal(signal.SIGCONT, self._continue)

    def on_resize(self, event: Resize) -> None:
        """A terminal that had another size for a moment, unseen from here, has lost what stood there."""
        if event.size == self._told_size:
            self.refresh(layout=True)
        self._told_size = event.size

    def _continue(self, number: int, frame: FrameType | None) -> None:
        """Go on after a stop. After SIGSTOP the screen was never left, and Textual would enter it twice."""
        driver = self._driver
        if isinstance(driver, LinuxDriver) and driver._auto_restart:
            if not driver._must_signal_resume:
                driver.suspend_application_mode()
            driver.resume_application_mode()
            self.call_next(self.refresh, layout=True)

    def action_prefer(self, name: str) -> None:
        """Turn a preference on, or off; it is remembered."""
        self._prefer(**{name: not getattr(self.preferences, name)})
        self.main.prefer(self.preferences)

    def _prefer(self, **changes: Any) -> None:
        before, self.preferences = self.preferences, replace(self.preferences, **changes)
        if self.preferences != before:
            self._kept.keep(self.preferences)

    def action_help_quit(self) -> None:
        """What ctrl+c does: it says which key quits."""
        self.notify(f"Press {label_of(BY_ID['quit'])} to quit.")

    def action_save_screen(self) -> None:
        """The screen as a picture, in a new file; where that is, is said. Notices are no part of it."""
        for notices in self.screen.query("ToastRack"):
            notices.display = False  # the next notice shows them all again
        self.screen.call_after_refresh(self._save_screen)

    def _save_screen(self) -> None:
        from .terminal.new_files import picture_folders, write_new

        frame = self.main.frame
        moment = "" if frame.status.iteration is None else f"-iteration-{frame.status.iteration}"
        picture = self.export_screenshot(title=self.program.name)
        try:
            path = write_new(picture_folders(), f"{self.program.name}{moment}", ".svg", picture)
        except OSError as error:
            self.notify(f"the screen was not saved: {error}", markup=False, severity="error", timeout=10)
        else:
            self.notify(f"saved: {path}", markup=False, timeout=10)

    def action_command_palette(self) -> None:
        """All commands by name."""
        from .screens.palette import Palette

        if not isinstance(self.screen, Palette):
            self.push_screen(Palette(id="--command-palette"))

    def search_themes(self) -> None:
        """All themes by name."""
        from .screens.palette import Palette

        self.push_screen(Palette(providers=[ThemeProvider], placeholder="a theme"))

    def get_line_filters(self) -> Sequence[LineFilter]:
        """Without colour the terminal's own stay: in grey, which Textual decides on before there is a theme,
        they would be black on black."""
        filters = super().get_line_filters()
        if not self.native_ansi_color:
            return filters
        return [NoColor() if isinstance(own, Monochrome) else own for own in filters]

    def get_system_commands(self, screen: Screen[object]) -> Iterable[SystemCommand]:
        """The palette: every declared key, and the theme."""
        for key in KEYS:
            if key.id != "palette" and isinstance(screen, MainScreen):
                perform = partial(screen.action_perform, key.id)
                yield SystemCommand(f"{key.words.capitalize():<30}{label_of(key)}", "", perform)
        yield SystemCommand("Theme", "", self.action_change_theme)


def run(
    program: Program,
    child: Child,
    *,
    seed: int = 0,
    theme: str | None = None,
    mouse: bool = True,
    told: str = "",
    begun: bool = False,
    gradient: str = "",
    resume: bool = False,
) -> int:
    """Open the app over the engine in that process, and give its exit code back."""

    def engine(on_frame: Callable[[], None]) -> Link:
        from ..engine.process.kept.folder import state_folder
        from ..engine.process.kept.keeping import Keeping
        from ..engine.process.remote_engine import RemoteEngine

        kept = Keeping(state_folder(), app.program, seed)
        return RemoteEngine(kept, on_frame, child, gradient, resume=resume)

    folder = config_folder()
    kept, keymap = PreferencesFile(folder), read_keymap(folder)

    def late(on_frame: Callable[[], None]) -> Link:
        return LateLink(partial(engine, on_frame))

    app = BackpropApp(program, late, theme, told, kept, keymap)
    if begun:
        app.main.link.send(Advance(Unit.ITERATION))
    try:
        app.run(mouse=mouse)
    finally:
        app.main.link.stop()
    return app.return_code or 0
