"""The report of a check for machines: one JSON object a program.

Numbers that JSON has no word for are strings: `"NaN"`, `"Infinity"`, `"-Infinity"`, which Python's
`float` and JavaScript's `Number` read back. `null` means that there is no number at all. Verdicts
are the words of `Verdict`; shapes and indices are lists of integers.
"""

from __future__ import annotations

import json
import math
from pathlib import Path
from typing import TYPE_CHECKING, TypeAlias

from ...engine.judging.report import Report
from .checked import Checked

if TYPE_CHECKING:
    from ...engine.execution.failure import Failure
    from ...engine.judging.report import GradientReport
    from ...engine.program.pairing import Unpaired
    from ...engine.program.program import ProgramError

Json: TypeAlias = "bool | int | float | str | list[Json] | dict[str, Json] | None"


SCHEMA = 1
"""Raised when a field goes, or means something else; new ones may come at any time."""


def json_of(checked: Checked, seed: int, *, strict: bool = False) -> dict[str, Json]:
    """All there is to say of one program; the same object for one that could not even be read."""
    if checked.report is not None:
        return {"schema": SCHEMA, "path": checked.path, **_report(checked.report)}
    told = _report(Report(Path(checked.path).stem, 0, seed, None, (), (), (), strict=strict))
    fault = _fault(checked.target.error) if checked.target.error is not None else None
    return {"schema": SCHEMA, "path": checked.path, **told, "error": fault}


def _fault(error: ProgramError) -> dict[str, Json]:
    return {
        "line": error.line,
        "section": None,
        "type": type(error).__name__,
        "message": f"{error.message}. {error.hint}" if error.hint else error.message,
    }


def in_one_line(told: Json) -> str:
    """JSON as it is printed."""
    return json.dumps(told, allow_nan=False)


def _report(report: Report) -> dict[str, Json]:
    return {
        "program": report.program,
        "iterations": report.iterations,
        "seed": report.seed,
        "strict": report.strict,
        "loss": _number(report.loss),
        "losses": [_number(loss) for loss in report.losses],
        "gradients": [_gradient(gradient) for gradient in report.gradients],
        "unpaired": [_unpaired(unpaired) for unpaired in report.unpaired],
        "found": report.found,
        "notes": list(report.notes),
        "error": None if report.failure is None else _failure(report.failure),
    }


def _gradient(gradient: GradientReport) -> dict[str, Json]:
    return {
        "name": gradient.name,
        "tensor": gradient.tensor,
        "of": gradient.of,
        "line": gradient.line,
        "lines": list(gradient.lines),
        "accused_lines": list(gradient.accused_lines),
        "verdict": gradient.verdict.value,
        "reason": gradient.message,
        "exact": gradient.exact,
        "approximate": gradient.approximate,
        "maxdiff": _number(gradient.maxdiff),
        "relative_error": _number(gradient.relative_error),
        "shape": _list(gradient.shape),
        "expected_shape": _list(gradient.expected_shape),
        "worst_index": _list(gradient.worst_index),
        "line_verdict": gradient.line_verdict and gradient.line_verdict.value,
        "hidden": gradient.hidden,
        "inherited_from": list(gradient.inherited_from),
        "line_maxdiff": _number(gradient.line_maxdiff),
        "line_dtype": gradient.line_dtype,
        "diagnosis": _diagnosis(gradient),
    }


def _diagnosis(gradient: GradientReport) -> dict[str, Json] | None:
    diagnosis = gradient.diagnosis
    if diagnosis is None:
        return None
    return {
        "kind": diagnosis.kind,
        "message": diagnosis.message,
        "evidence": diagnosis.evidence,
        "suggestion": diagnosis.suggestion,
        "instead_of": list(diagnosis.instead_of),
    }


def _unpaired(unpaired: Unpaired) -> dict[str, Json]:
    return {
        "name": unpaired.name,
        "line": unpaired.line,
        "suggestion": unpaired.suggestion,
        "message": unpaired.message,
    }


def _failure(failure: Failure) -> dict[str, Json]:
    return {
        "line": failure.line,
        "section": failure.section,
        "type": failure.type,
        "message": failure.message,
    }


def _number(value: float | None) -> float | str | None:
    """The number, or its name where JSON has none."""
    if value is None or math.isfinite(value):
        return value
    return "NaN" if math.isnan(value) else "Infinity" if value > 0 else "-Infinity"


def _list(values: tuple[int, ...] | None) -> list[Json] | None:
    return None if values is None else list(values)
