"""What a screen keeps of where it is, and what another kept before it."""

from __future__ import annotations

import time
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from msgspec.structs import replace

from ...debugger.wire.frame import FileState, Frame, Watched, opening_frame
from ...program.program import Program
from ...program.program_text import ProgramText
from ..program_file import ProgramFile
from .folder import Keeper
from .place import Lines, Place, place_of

_EVERY_SECONDS = 5.0
"""What is lost at most, beside the moment that writing takes, where a process is killed."""


class Keeping:
    """The place of one screen in one program."""

    def __init__(self, folder: Path | None, program: Program, seed: int) -> None:
        """Of a file the place is kept by path, of a bundled program by name; without a folder nowhere."""
        path = program.path if program.source is not None else None
        self._folder = folder
        self.program = program
        self.seed = seed
        """That of the place, once it is gone to."""
        self._keeper = Keeper(folder, str(path.absolute()) if path is not None else program.name)
        self.offered = self._readable(self._keeper.open())
        """Where somebody was before; nowhere before the first iteration."""
        self._taken: Place | None = None
        self._kept_at = time.monotonic()

    def take(self) -> Place:
        """The place that is offered, which is gone to now."""
        assert self.offered is not None
        self._taken, self.seed = self.offered, self.offered.seed
        return self.offered

    def picture(self, place: Place, file: ProgramFile) -> Frame:
        """What would be seen there; the texts of its iterations come before the newest of the file."""
        texts = self._texts(place)
        if texts[-1].text == file.newest.text:
            texts[-1] = file.newest
        file.texts = [*texts, *(() if texts[-1] is file.newest else (file.newest,))]
        last = len(texts) - 1
        frame = opening_frame(texts[last])
        inspector = replace(frame.inspector, name=place.selected, tab=place.tab)
        versions = tuple((line.first, number) for number, line in enumerate(place.lines))
        return replace(
            frame,
            inspector=inspector,
            stops=place.stops,
            watches=tuple(map(Watched, place.watches)),
            by_hand=place.by_hand,
            file=FileState(last, versions),
        )

    def words(self, frame: Frame) -> tuple[str, ...]:
        """What there is to say beside a picture: that there is a place to go on at, or that it changed."""
        if self._taken is not None:
            return self._not_repeated(frame, self._taken)
        if self.offered is None or frame.status.iteration is not None or frame.status.loading:
            return ()
        day = datetime.fromtimestamp(self._keeper.opened_at).strftime("%Y-%m-%d %H:%M")
        return (f"iteration {self.offered.iterations - 1} was on the screen, {day}: R goes on there",)

    def keep(self, frame: Frame, texts: Sequence[Program], *, now: bool = False) -> None:
        """Keep where the picture is, at most every few seconds unless it is to be done now."""
        moment = time.monotonic()
        there = self._taken is None or frame.status.target is None
        if frame.status.iteration is None or not there:
            return
        if now or moment - self._kept_at >= _EVERY_SECONDS:
            self._kept_at = moment
            self._keeper.keep(place_of(frame, texts, self.seed))

    def of(self, program: Program) -> Keeping:
        """The same for another program, which is stepped from now on."""
        self.close()
        return Keeping(self._folder, program, self.seed)

    def close(self) -> None:
        """Keep no more."""
        self._keeper.close()

    def _readable(self, place: Place | None) -> Place | None:
        """The place, unless nothing has run there, or its lines can no longer be read."""
        if place is None or not place.iterations:
            return None
        try:
            self._texts(place)
        except Exception:  # whatever stands in the file
            return None
        return place

    def _texts(self, place: Place) -> list[Program]:
        return [self._text(line).program() for line in place.lines]

    def _text(self, line: Lines) -> ProgramText:
        program = self.program
        return ProgramText(line.text, program.name, program.path, program.source, line.choice, line.gradient)

    def _not_repeated(self, frame: Frame, place: Place) -> tuple[str, ...]:
        last = None if frame.losses.last is None else repr(frame.losses.last)
        known = place.loss is not None and frame.losses.iterations == frame.complete == place.iterations
        if not known or frame.status.running or last == place.loss:
            return ()
        return (
            f"iteration {place.iterations - 1} has the loss {last} and had {place.loss} before: the program "
            "has changed, or does not repeat itself",
        )
