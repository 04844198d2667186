"""Opening the screen on a program."""

from __future__ import annotations

from contextlib import closing

from ...engine.process.child import Child
from ...engine.program.did_you_mean import nearest
from ...engine.program.library import load
from ..terminal.terminal import restored_when_killed, why_no_screen
from .usage_errors import Refusal

FIRST = "linear_regression"
"""The program where none is named."""


def open_screen(
    program: str,
    *,
    seed: int = 0,
    theme: str | None = None,
    mouse: bool = True,
    choice: int = 1,
    gradient: str = "",
    told: str = "",
    begun: bool = False,
    resume: bool = False,
) -> int:
    """Step a program on the screen until the user quits; the exit code.

    `told` is said when it opens; with `begun`, its first iteration runs at once; with `resume` it
    goes on where it was left.

    Raises:
        Refusal: there is no terminal, or no such theme.
        ProgramError: the program cannot be read.
    """
    require_screen()
    with closing(Child()) as child:  # first of all: torch loads beside the program and the screen
        loaded = load(program, choice=choice - 1, gradient=gradient)
        _require_theme(theme)
        from ..app import run

        with restored_when_killed():
            return run(
                loaded,
                child,
                seed=seed,
                theme=theme,
                mouse=mouse,
                told=told,
                begun=begun,
                gradient=gradient,
                resume=resume,
            )


def require_screen() -> None:
    """Refuse where there is no terminal to draw on."""
    reason = why_no_screen()
    if reason is not None:
        raise Refusal(
            f"The screen needs a terminal, and {reason}; "
            "`backprop-tui check` judges the gradients without one."
        )


def _require_theme(theme: str | None) -> None:
    if theme is None:
        return
    from ..themes import theme_names

    names = theme_names()
    if theme not in names:
        near = nearest(theme, names, cutoff=0.5)
        guess = f"; did you mean {near}?" if near else "."
        raise Refusal(f"There is no theme {theme}{guess} There are: {', '.join(names)}.")
