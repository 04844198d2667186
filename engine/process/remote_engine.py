"""The engine as the screen sees it: a child process that can be stopped, ended and begun again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

from ..debugger.commands import (
    Command,
    GoTo,
    Layout,
    ModuleChanged,
    Reload,
    Restart,
    Resume,
    SelectName,
    SetNumber,
    SetStops,
    SetWatches,
    ShowTab,
)
from ..debugger.frame import FileState, Frame, opening_frame
from ..debugger.latest_frame import LatestFrame
from ..program.program import Program
from ..program.program_text import text_of
from .child import Child
from .ended import failure_of_end, killed
from .frames import begins_again, does_not_stop, kept_beside, without_process
from .kept.keeping import Keeping
from .last_words import place_in
from .messages import Cancel, Open, Passed, Stop
from .printed import Output
from .program_file import ProgramFile
from .watching import Watch

_STUCK_SECONDS = 1.0
"""What was to stop and has not by then is told, and can be ended."""
_SILENT_SECONDS = 1.5
"""A child at work says so every second, unless something holds its interpreter."""
_LOOK_SECONDS = 0.25


class RemoteEngine:
    """One program in a process of its own. `on_frame` is called, on any thread, when a frame can be taken."""

    def __init__(
        self,
        program: Program,
        seed: int,
        on_frame: Callable[[], None],
        child: Child,
        gradient: str = "",
        kept: Keeping | None = None,
        *,
        resume: bool = False,
    ) -> None:
        """`gradient` says how gradients are named, where somebody said so.

        Where it is is `kept`; with `resume` it begins where somebody was before.
        """
        self._file = ProgramFile(program, gradient)
        self._saves = Watch(self._files, self._look, self._tell)
        self._seed = seed
        self._lock = threading.RLock()
        self._latest = LatestFrame(on_frame)
        self._output = Output()
        self._frame = opening_frame(program)
        """The newest that came, or what was made of it here."""
        self._layout = Layout()
        self._child: Child | None = child
        self.sent = 0
        """How many commands were sent; a frame whose `handled` equals it is up to date."""
        self._complete = 0
        """How many iterations are complete."""
        self._heard = time.monotonic()
        self._cancelled: float | None = None
        self._kept = kept
        if resume and kept is not None and kept.offered is not None:
            self._take_up(kept, child)
        else:
            self._open(child)

    def start(self) -> None:
        """Let frames come; commands sent before wait in order."""
        with self._lock:
            if self._child is not None:
                self._listen_to(self._child)
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def send(self, command: Command) -> None:
        """Queue a command; returns at once."""
        with self._lock:
            if self._idle:
                self._heard = time.monotonic()
            self.sent += 1
            if isinstance(command, Layout):
                self._layout = command
            if isinstance(command, Restart):
                self._output.clear()
            kept = self._kept
            if isinstance(command, Resume) and kept is not None and kept.offered is not None:
                self._resume(kept)
            elif self._child is not None:
                self._child.send(command)
            elif isinstance(command, Restart):
                self._begin_fresh(0)
            else:
                self._show(replace(self._frame, handled=self.sent))

    def take(self) -> Frame | None:
        """The newest frame, once, with what the program printed."""
        with self._lock:
            frame = self._latest.take()
            if frame is None:
                return None
            file = self._file.beside(frame.file, runs=self._child is not None)
        lines, total = self._output.lines()
        notes = (*frame.notes, *(self._kept.words(frame) if self._kept is not None else ()))
        return replace(frame, output=lines, output_total=total, file=file, notes=notes)

    def cancel(self) -> None:
        """Stop what runs; what was told not to stop is ended, and the program begun again before it."""
        with self._lock:
            if self._child is None:
                return
            if self._stuck:
                self._end_and_begin_again(self._child)
                return
            self._child.send(Cancel())
            if self._cancelled is None and not self._idle:
                self._cancelled = time.monotonic()

    def go_on_with(self, program: Program) -> None:
        """Step another file of the program, or this one as it is now, although something holds its process.

        What has run runs again, in a fresh one. Where nothing does, a save is seen as any other is.
        """
        with self._lock:
            child = self._child
            if program.path != self._file.path:
                self._file = ProgramFile(program)
                self._kept = self._kept and self._kept.of(program)
                self._frame = replace(self._frame, file=FileState())
            elif child is not None and not self._frame.status.busy:
                return
            else:
                self._file.take(program)
            self._child = None
            if child is not None:
                child.end(0)
            self._output.clear()
            self._begin_fresh(self._complete)

    def stop(self) -> None:
        """End; never takes long."""
        self._saves.stop()
        with self._lock:
            self._latest.close()
            child, self._child = self._child, None
        if child is not None:
            child.send(Stop())
            child.end()
        self._output.leave()
        if self._kept is not None:
            self._kept.keep(self._frame, self._file.texts, now=True)
            self._kept.close()

    @property
    def _program(self) -> Program:
        """The text that is shown."""
        return self._file.texts[self._frame.file.number]

    def _files(self) -> list[Path]:
        """What is watched."""
        path = self._file.path
        return [] if path is None else [path, *map(Path, self._frame.file.modules)]

    def _look(self) -> None:
        """The files may have been saved."""
        file = self._file
        before, program = file.problem, file.look()
        modules = file.changed_modules(self._frame.file.modules)
        with self._lock:
            if file is not self._file:
                return
            if program is not None:
                file.texts.append(program)
                self.send(Reload(text_of(program), len(file.texts) - 1))
            if program is not None or file.problem != before:
                self._show(self._frame)
            for name in modules:
                self.send(ModuleChanged(name))

    def _tell(self, sentence: str) -> None:
        with self._lock:
            self._show(replace(self._frame, notes=(*self._frame.notes, sentence)))

    @property
    def _idle(self) -> bool:
        """Whether nothing is at work."""
        status = self._frame.status
        return self._frame.handled >= self.sent and not status.running and not status.watches_due

    @property
    def _stuck(self) -> bool:
        """Whether what was to stop has had its time."""
        late = self._cancelled is not None and time.monotonic() - self._cancelled >= _STUCK_SECONDS
        return late and not self._idle and not self._frame.status.loading

    def _open(self, child: Child) -> None:
        if child.printed is not None:
            self._output.follow(child.printed, lambda: self._show(self._frame))
        child.send(Open(text_of(self._file.texts[0]), self._seed, self.sent))

    def _begin_fresh(self, iterations: int) -> None:
        """Go on in a fresh process, with what is in view now, at the end of so many iterations."""
        child = Child()
        self._begin(child, iterations)
        self._listen_to(child)

    def _begin(self, child: Child, iterations: int) -> None:
        self._cancelled, self._heard, before = None, time.monotonic(), self._frame
        self._child = child
        later = self._file.numbered_anew(before.file, iterations)
        self._open(child)
        self._show(begins_again(self._file.texts[0], before, self.sent, iterations))
        for reload in later:
            self.send(reload)
        self.send(self._layout)
        self.send(ShowTab(before.inspector.tab))
        stops, watches = kept_beside(before)
        self.send(SetStops(stops))
        self.send(SetWatches(watches))
        for first, name, number in before.numbers:
            self.send(SetNumber(name, number, first))
        if before.inspector.name:
            self.send(SelectName(before.inspector.name, by_hand=False))
        if iterations:
            self.send(GoTo(iterations))

    def _end_and_begin_again(self, child: Child) -> None:
        """Where setup is what does not stop, it would not the next time: then the reader decides."""
        frame, self._child = self._frame, None
        child.end(0)
        if frame.status.iteration is None and not frame.status.busy.startswith("forward"):
            self._show(without_process(frame, self.sent, killed(frame.status.busy)))
        else:
            self._begin_fresh(self._complete)

    def _resume(self, kept: Keeping) -> None:
        """Be where somebody was before."""
        child, self._child = self._child, None
        if child is not None:
            child.end(0)
        self._output.clear()
        child = Child()
        self._take_up(kept, child)
        self._listen_to(child)

    def _take_up(self, kept: Keeping, child: Child) -> None:
        place = kept.take()
        self._frame, self._seed = kept.picture(place, self._file), place.seed
        self._begin(child, place.iterations)

    def _listen_to(self, child: Child) -> None:
        def listen() -> None:
            with suppress(EOFError):
                while True:
                    self._came(child, child.receive())
            self._gone(child)

        threading.Thread(target=listen, name="frames", daemon=True).start()

    def _came(self, child: Child, message: Frame | Passed) -> None:
        with self._lock:
            if child is not self._child:
                return
            self._heard = time.monotonic()
            if isinstance(message, Frame) and not self._saves.begun and not message.status.loading:
                self._saves.start()
            if isinstance(message, Passed):
                self._complete = message.iterations
                return
            self._complete = message.complete
            if message.file.modules != self._frame.file.modules:
                self._file.changed_modules(message.file.modules)  # from now on they are known
            self._show(message)
            if self._idle:
                self._cancelled = None

    def _gone(self, child: Child) -> None:
        """Its socket is closed: unless we ended it, the program did."""
        with self._lock:
            if child is not self._child:
                return
            self._child = self._cancelled = None
        status, words = child.end(1.0), child.words()
        with self._lock:
            failure = failure_of_end(self._program, status, words, self._frame.status.busy)
            self._show(without_process(self._frame, self.sent, failure))

    def _show(self, frame: Frame) -> None:
        self._frame = frame
        if self._stuck:
            frame = does_not_stop(frame, self._complete)
        self._latest.offer(frame)

    def _watch(self) -> None:
        """Until the end: what does not stop is told, and where a child is that can say nothing."""
        while not self._latest.closed:
            time.sleep(_LOOK_SECONDS)
            with self._lock:
                frame, texts = self._frame, [*self._file.texts]
            if self._kept is not None:
                self._kept.keep(frame, texts)
            with self._lock:
                child, silent = self._child, time.monotonic() - self._heard
                if child is None or self._idle:
                    continue
                if silent >= _SILENT_SECONDS:
                    self._ask_where(child, int(silent))
                elif self._stuck:
                    self._show(self._frame)

    def _ask_where(self, child: Child, seconds: int) -> None:
        place = place_in(child.whereabouts(), self._program)
        if place and (place, seconds) != (self._frame.status.busy, self._frame.status.busy_seconds):
            self._show(self._frame.at_work(place, seconds))
