"""What is asked about gradients by word: which are meant, and what is said of them."""

from __future__ import annotations

from ..program.frame import in_function, is_inside, own_name
from .answer import Told
from .in_functions import InFunctions, Place
from .own_terms import TermsOf
from .study import Study
from .telling import explained, hinted, is_right, to_be_told


class Asking:
    """Answers about one program that has been studied."""

    def __init__(self, studied: Study) -> None:
        self.studied = studied
        self.found = InFunctions(studied.program, studied.derivation)
        self.terms_of = TermsOf(studied, studied.judgements)

    def meant(self, word: str) -> list[str]:
        """The tensors that a word may mean, with or without the d of its gradient, or with its function."""
        gradients, tensor = self.studied.derivation.gradients, self.studied.program.naming.tensor(word)
        outside = [name for name in (word, tensor) if name in gradients and not is_inside(name)]
        if outside:
            return outside[:1]
        return [place.tensor for place in self.found.inside if word in _words_of(place)]

    def every(self) -> list[str]:
        """All tensors that there is something to say of, those of functions once."""
        gradients = self.studied.derivation.gradients
        outside = [name for name in gradients if not is_inside(name)]
        shown = {place.tensor for place in self.found.inside}
        return [name for name in gradients if name in shown or name in outside]

    def names(self, word: str) -> tuple[str, ...]:
        """What can be asked for; where a word may mean several, those."""
        several = [place.words for place in self.found.inside if word in _words_of(place)]
        outside = [name for name in self.studied.derivation.gradients if not is_inside(name)]
        return tuple(several or [*outside, *(place.words for place in self.found.inside)])

    def explanation(self, tensor: str) -> tuple[Told, ...]:
        """How a gradient comes about."""
        place = self._place(tensor)
        terms, program = self.terms_of(place.tensor), self.studied.program
        return explained(program, self.studied.iteration, terms, tensor, place)

    def hint(self, tensor: str, level: int) -> tuple[Told, ...]:
        """A hint for a gradient, or that none is needed."""
        place = self._place(tensor)
        right = is_right(place, self.studied.judgements)
        return right or hinted(self.studied.program, self.terms_of(place.tensor), place, level)

    def _place(self, tensor: str) -> Place:
        return to_be_told(self.found, self.found.place(tensor), self.studied.judgements)


def _words_of(place: Place) -> tuple[str, ...]:
    """The words that mean a line: `db`, `b`, `db in affine_backward`, `b in affine_forward`."""
    named = (place.gradient, place.tensor)
    return (*map(own_name, named), *map(in_function, named))
