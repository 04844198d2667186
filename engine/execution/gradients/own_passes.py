"""Backward passes that the program runs itself: they leave the graph for those of the engine."""

from __future__ import annotations

from collections.abc import Callable
from types import TracebackType
from typing import Any

import torch

_RUN = "_engine_run_backward"
"""What every backward pass of torch's own goes through: `torch.autograd.grad`, `Tensor.backward`."""


class GraphsKept:
    """Inside the `with`, no backward pass uses up its graph, whatever it says of that.

    The numbers are the same; a second pass, which plain torch refuses, runs.
    """

    def __enter__(self) -> GraphsKept:
        self._plain: Callable[..., Any] | None = getattr(torch.autograd, _RUN, None)
        if self._plain is not None:
            setattr(torch.autograd, _RUN, self._run)
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._plain is not None:
            setattr(torch.autograd, _RUN, self._plain)

    def _run(self, roots: Any, firsts: Any, keep: bool, *others: Any, **named: Any) -> Any:
        assert self._plain is not None
        return self._plain(roots, firsts, True, *others, **named)
