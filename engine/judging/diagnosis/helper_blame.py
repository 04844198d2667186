"""A helper line that may be wrong has the blame where an edit of it explains the gradients made from it."""

from __future__ import annotations

import ast
from collections.abc import Mapping
from dataclasses import replace

from ...program.names import read_names
from ...program.program import Program
from ...program.statements import Statement
from ...rules.trees import filled
from ...verdict import Verdict
from ..linecheck.lines.helper_places import WrongHelper
from ..linecheck.lines.outcome import LineCheck, LineJudgement
from .diagnosis import Diagnosis, place_of
from .wording import parsed, written


def moved_to(helper: WrongHelper, reasons: Reasons, program: Program) -> dict[str, Diagnosis]:
    """Those of the edits that take out what a helper line binds, made where it binds that."""
    statement = helper.line.statement
    if not isinstance(statement.node, ast.Assign) or statement.node.targets != [helper.line.target]:
        return {}
    section = program.section("backward")
    rest = [one for one in (section.statements if section else ()) if one.number >= statement.number]
    later = {name for one in rest for name in one.writes} - {helper.line.text}
    fitting = {name: reasons[name] for name in helper.spoiled & reasons.keys()}
    return {
        name: _made_in(statement, statement.node.value, helper.line.text, one)
        for name, one in fitting.items()
        if one.replaced == helper.line.text and not later & read_names(parsed(one.by))
    }


def _made_in(statement: Statement, value: ast.expr, name: str, reason: Diagnosis) -> Diagnosis:
    """An edit that puts an expression in the place of a variable, made where that is bound to a value."""
    grown = name in read_names(parsed(reason.by))
    new = filled(parsed(reason.by), {name: value})
    text = f"{name} = {written(new)}"
    return replace(
        reason,
        message=reason.message if grown else f"{reason.by} belongs there",
        evidence=f"line {statement.line} as {text!r} is right, whatever comes from upstream",
        edit=text,
        place=place_of(statement.node),
    )


Lines = Mapping[str, LineJudgement]
Reasons = Mapping[str, Diagnosis]


def settled_by(reasons: Reasons, line_check: LineCheck, lines: Lines) -> tuple[Lines, Reasons]:
    """The judgements of the lines, and their diagnoses, with the blame on the helper where it belongs."""
    for name, reason in reasons.items():
        if reason.helper is not None:
            made = {one: _made_from(name, lines[one]) for one in reason.spoiled & lines.keys()}
            lines = {**lines, **made, name: reason.helper}
    helper, of_helper = line_check.helper, line_check.of_helper
    if helper is None or of_helper is None or helper.certain:
        return lines, reasons
    accused = [name for name in sorted(helper.spoiled) if name in lines and lines[name].verdict.accuses]
    edits = [reasons[name] for name in accused if name in reasons]
    if not edits or len(edits) < len(accused):
        return lines, reasons
    if all(one.kind == "unexplained" for one in edits):
        edits = [Diagnosis("unexplained", "no simple explanation found")]
    elif any(one.edited_line not in helper.lines for one in edits):
        return lines, reasons
    right = {name: _made_from(helper.name, lines[name]) for name in accused}
    others = {name: one for name, one in reasons.items() if name not in accused}
    return {**lines, **right, helper.name: of_helper}, {**others, helper.name: edits[0]}


def _made_from(helper: str, line: LineJudgement) -> LineJudgement:
    upstreams = (helper, *line.upstreams)
    return line._replace(verdict=Verdict.RIGHT, upstreams=upstreams, message="", zeros=False)
