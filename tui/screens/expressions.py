"""What is typed to be evaluated, looked at before it is sent."""

from __future__ import annotations

import ast
import warnings


def problem_of(text: str) -> str:
    """Why a text is no expression; '' where it is one, or nothing."""
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # nothing is written over the screen
            if text:
                ast.parse(text, mode="eval")
    except SyntaxError as error:
        return f"column {error.offset or 1}: {error.msg}"
    except (ValueError, RecursionError, MemoryError) as error:
        return f"it cannot be read: {error}"
    return ""
