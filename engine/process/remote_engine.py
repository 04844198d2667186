"""The engine as the screen sees it: a child process that can be stopped, ended and begun again."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from msgspec.structs import replace

from ..debugger.latest_frame import LatestFrame
from ..debugger.wire.commands import Command, ModuleChanged, Reload, Restart, Resume
from ..debugger.wire.frame import FileState, Frame, opening_frame
from ..debugger.wire.looks import Layout
from ..program.program import Program
from ..program.program_text import text_of
from .begun_again import begins_again, told_again
from .child import Child
from .ended import failure_of_end, killed
from .frames import does_not_stop, without_process
from .kept.keeping import Keeping
from .last_words import place_in
from .messages import Cancel, Open, Passed, Stop
from .patience import Patience
from .printed import Output
from .program_file import ProgramFile
from .watching import Watch

_LOOK_SECONDS = 0.25


class RemoteEngine:
    """One program in a process of its own. `on_frame` is called, on any thread, when a frame can be taken."""

    def __init__(
        self,
        kept: Keeping,
        on_frame: Callable[[], None],
        child: Child,
        gradient: str = "",
        *,
        resume: bool = False,
    ) -> None:
        """The program and the seed are those of `kept`; with `resume` it begins where somebody was before.

        `gradient` says how gradients are named, where somebody said so.
        """
        self._file = ProgramFile(kept.program, gradient)
        self._saves = Watch(self._files, self._look, self._tell)
        self._kept = kept
        self._lock = threading.RLock()
        self._latest = LatestFrame(on_frame)
        self._output = Output()
        self._frame = opening_frame(kept.program)
        """The newest that came, or what was made of it here."""
        self._seen = self._frame
        """The newest that was taken."""
        self._layout = Layout()
        self._child: Child | None = child
        self.sent = 0
        """How many commands were sent; a frame whose `handled` equals it is up to date."""
        self._complete = 0
        """How many iterations are complete."""
        self._patience = Patience()
        if resume and kept.offered is not None:
            self._take_up(child)
        else:
            self._open(child)

    def start(self) -> None:
        """Let frames come; commands sent before wait in order."""
        with self._lock:
            if self._child is not None:
                self._child.listen(self._came, self._gone)
        threading.Thread(target=self._watch, name="watch", daemon=True).start()

    def send(self, command: Command) -> None:
        """Queue a command; returns at once."""
        with self._lock:
            if self._idle:
                self._patience.hear()
            self.sent += 1
            if isinstance(command, Layout):
                self._layout = command
            if isinstance(command, Restart):
                self._output.clear()
            if isinstance(command, Resume) and self._kept.offered is not None:
                self._begin_again(self._take_up)
            elif self._child is not None:
                self._child.send(command)
            elif isinstance(command, Restart):
                self._frame = replace(self._frame, by_hand=())
                self._begin_again(self._begin)
            else:
                self._show(replace(self._frame, handled=self.sent))

    def take(self) -> Frame | None:
        """The newest frame, once, with what the program printed."""
        with self._lock:
            frame = self._latest.take()
            if frame is None:
                return None
            self._seen = frame
            file = self._file.beside(frame.file, runs=self._child is not None)
        lines, total = self._output.lines()
        notes = (*frame.notes, *self._kept.words(frame))
        return replace(frame, output=lines, output_total=total, file=file, notes=notes)

    def cancel(self) -> None:
        """Stop what runs; what was told not to stop is ended, and the program begun again before it."""
        with self._lock:
            if self._child is None:
                return
            if self._stuck:
                self._end_stuck()
                return
            self._child.send(Cancel(run=self._seen.status.running))
            if not self._idle:
                self._patience.ask()

    def go_on_with(self, program: Program) -> None:
        """Step another file of the program, or this one as it is now, although something holds its process.

        What has run runs again, in a fresh one. Where nothing does, a save is seen as any other is.
        """
        with self._lock:
            if program.path != self._file.path:
                self._file = ProgramFile(program)
                self._kept = self._kept.of(program)
                self._frame = replace(self._frame, file=FileState())
            elif self._child is not None and not self._frame.status.busy:
                return
            else:
                self._file.take(program)
            self._begin_again(partial(self._begin, iterations=self._complete))

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
        """Whether what was to stop has had its time, and is one thing that takes long, not many."""
        status = self._frame.status
        is_long = status.busy_seconds >= 1 or self._patience.is_silent
        return self._patience.is_over and is_long and not self._idle and not status.loading

    def _open(self, child: Child) -> None:
        if child.printed is not None:
            self._output.follow(child.printed, lambda: self._show(self._frame))
        child.send(Open(text_of(self._file.texts[0]), self._kept.seed, self.sent))

    def _begin_again(self, begin: Callable[[Child], None]) -> None:
        """Let a fresh process take the place of the one there is."""
        self._end_child()
        self._output.clear()
        child = Child()
        begin(child)
        child.listen(self._came, self._gone)

    def _begin(self, child: Child, iterations: int = 0) -> None:
        """Go on with what is in view now, at the end of so many iterations."""
        self._patience, before = Patience(), self._frame
        self._child = child
        later = self._file.numbered_anew(before.file, iterations)
        self._open(child)
        self._show(begins_again(self._file.texts[0], before, self.sent, iterations))
        for command in (*later, *told_again(before, self._layout, iterations)):
            self.send(command)

    def _take_up(self, child: Child) -> None:
        """Be where somebody was before."""
        place = self._kept.take()
        self._frame = self._kept.picture(place, self._file)
        self._begin(child, place.iterations)

    def _end_stuck(self) -> None:
        """Where setup is what does not stop, it would not the next time: then the reader decides."""
        frame = self._frame
        if frame.status.iteration is None and not frame.status.busy.startswith("forward"):
            self._end_child()
            self._show(without_process(frame, self.sent, killed(frame.status.busy)))
        else:
            self._begin_again(partial(self._begin, iterations=self._complete))

    def _end_child(self) -> None:
        child, self._child = self._child, None
        if child is not None:
            child.end(0)

    def _came(self, child: Child, message: Frame | Passed) -> None:
        with self._lock:
            if child is not self._child:
                return
            self._patience.hear()
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
                self._patience.rest()

    def _gone(self, child: Child) -> None:
        """Its socket is closed: unless we ended it, the program did."""
        with self._lock:
            if child is not self._child:
                return
            self._child = None
            self._patience.rest()
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
            self._kept.keep(frame, texts)
            with self._lock:
                child = self._child
                if child is None or self._idle or frame.status.loading:
                    continue
                held = self._patience.held_for(child.effort)
                place = place_in(child.whereabouts(), self._program) if held is not None else ""
                if held is not None and place:
                    self._show(self._frame.at_work(place, held))
                elif self._stuck:
                    self._show(self._frame)
