"""The pictures in the README show the app as it is."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[3] / "screenshots"
spec = importlib.util.spec_from_file_location("make_screenshots", FOLDER / "make.py")
assert spec is not None
assert spec.loader is not None
make = importlib.util.module_from_spec(spec)
sys.modules[spec.name] = make
spec.loader.exec_module(make)


@pytest.mark.parametrize("picture", make.PICTURES, ids=lambda picture: picture.name)
async def test_a_screenshot_is_current(picture) -> None:  # noqa: ANN001
    current = await make.svg_of(picture) == (FOLDER / f"{picture.name}.svg").read_text(encoding="utf-8")
    assert current, "make screenshots"


def test_no_other_picture_lies_there() -> None:
    assert {path.stem for path in FOLDER.glob("*.svg")} == {p.name for p in make.PICTURES}
