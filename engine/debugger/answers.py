"""The answers about gradients, from parts that are loaded when somebody asks."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from msgspec.structs import replace

from ..execution.iteration import Iteration
from ..execution.session import Session
from ..execution.silence import silenced
from ..judging.judgement import Judgement
from ..tutor.answer import Answer, Asked
from ..tutor.takes_back import taken_back

if TYPE_CHECKING:
    from ..tutor.tutor import Tutor


class Answers:
    """The newest answer, and whoever gives the next one."""

    def __init__(self) -> None:
        self._tutor: Tutor | None = None

    @property
    def newest(self) -> Answer | None:
        """The newest answer."""
        return self._tutor.newest if self._tutor is not None else None

    def ask(
        self,
        asked: Asked,
        tensor: str,
        session: Session,
        record: Iteration,
        judgements: Mapping[str, Judgement],
    ) -> None:
        """Answer about the gradient of a tensor."""
        from ..tutor.tutor import Tutor

        if self._tutor is None:
            self._tutor = Tutor(session.program)
        self._tutor.program = session.program
        before = len(self._tutor.written)
        with silenced():
            self._tutor.answer(asked, tensor, session, record, judgements)
        if self._tutor.newest is not None and len(self._tutor.written) > before:
            self._tutor.newest = replace(self._tutor.newest, can_be_taken_back=True)

    def take_back(self) -> str:
        """Take back the line that was written last; what there is to say."""
        return taken_back(self._tutor.written if self._tutor is not None else [])

    def forget(self) -> None:
        """The iteration that was asked about is over."""
        if self._tutor is not None:
            self._tutor.forget()
