"""Whatever a program keeps its state in, its lines run again with what they had, and change nothing."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest

from backprop_tui.engine.execution.checkpoint import restore
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.judging.linecheck.line_check import check_lines
from backprop_tui.engine.program.program import parse
from backprop_tui.engine.verdict import Verdict

Begun = Callable[..., Session]

COUNTERS = {
    "a dictionary": """
        seen = {"n": 0}
        def tick():
            seen["n"] += 1
            return seen["n"]
    """,
    "a dictionary far inside": """
        seen = {"a": [{"b": ({"c": [{"n": 0}]},)}]}
        def tick():
            last = seen["a"][0]["b"][0]["c"][0]
            last["n"] += 1
            return last["n"]
    """,
    "a list": """
        seen = []
        def tick():
            seen.append(1)
            return len(seen)
    """,
    "a long list of lists": """
        seen = [[0] for _ in range(500)]
        def tick():
            seen[300][0] += 1
            return seen[300][0]
    """,
    "a set": """
        seen = set()
        def tick():
            seen.add(len(seen))
            return len(seen)
    """,
    "a deque": """
        from collections import deque
        seen = deque([0], maxlen=3)
        def tick():
            seen.append(seen[-1] + 1)
            return seen[-1]
    """,
    "a counter": """
        from collections import Counter
        seen = Counter()
        def tick():
            seen["n"] += 1
            return seen["n"]
    """,
    "an ordered dictionary": """
        from collections import OrderedDict
        seen = OrderedDict(b=0, n=0)
        def tick():
            seen["n"] += 1
            seen.move_to_end("b")
            return seen["n"] if next(iter(seen)) == "n" else 0
    """,
    "a default dictionary": """
        from collections import defaultdict
        seen = defaultdict(int)
        def tick():
            seen["n"] += 1
            return seen["n"]
    """,
    "a dictionary of the program's": """
        class Config(dict):
            def __init__(self, **items):
                super().__init__(items)
                self.__dict__ = self
        seen = Config(n=0)
        def tick():
            seen.n += 1
            return seen["n"]
    """,
    "bytes": """
        seen = bytearray(2)
        def tick():
            seen[1] += 1
            return seen[1]
    """,
    "an array of no dimensions": """
        import numpy as np
        seen = np.array(0.0)
        def tick():
            seen[...] += 1
            return float(seen)
    """,
    "a tensor in a tuple": """
        seen = (torch.zeros(2),)
        def tick():
            seen[0].add_(1)
            return int(seen[0][1])
    """,
    "an attribute of a tensor": """
        x.seen = 0
        def tick():
            x.seen += 1
            return x.seen
    """,
    "an object": """
        class Seen:
            def __init__(self):
                self.n = 0
            def __call__(self):
                self.n += 1
                return self.n
        tick = Seen()
    """,
    "an object with slots": """
        class Seen:
            __slots__ = ("n",)
            def __init__(self):
                self.n = 0
            def again(self):
                self.n += 1
                return self.n
        tick = Seen().again
    """,
    "a dataclass": """
        from dataclasses import dataclass, field
        @dataclass
        class Seen:
            all: list = field(default_factory=list)
        seen = Seen()
        def tick():
            seen.all.append(0)
            return len(seen.all)
    """,
    "a named tuple": """
        from typing import NamedTuple
        class Seen(NamedTuple):
            all: list
        seen = Seen([])
        def tick():
            seen.all.append(0)
            return len(seen.all)
    """,
    "a class": """
        class Seen:
            n = 0
        def tick():
            Seen.n += 1
            return Seen.n
    """,
    "a list of a class": """
        class Seen:
            all = []
        def tick():
            Seen.all.append(0)
            return len(Seen.all)
    """,
    "a class that no name has": """
        def make():
            class Seen:
                n = 0
                def __call__(self):
                    type(self).n += 1
                    return self.n
            return Seen()
        tick = make()
    """,
    "a class above": """
        class Base:
            n = 0
        class Seen(Base):
            def __call__(self):
                Base.n += 1
                return self.n
        tick = Seen()
    """,
    "a method of a class": """
        class Seen:
            n = 0
            @classmethod
            def again(cls):
                cls.n += 1
                return cls.n
        tick = Seen.again
    """,
    "a cell of a closure": """
        def make():
            n = 0
            def again():
                nonlocal n
                n += 1
                return n
            return again
        tick = make()
    """,
    "a cell of a method": """
        def make():
            n = 0
            class Seen:
                def again(self):
                    nonlocal n
                    n += 1
                    return n
            return Seen()
        seen = make()
        def tick():
            return seen.again()
    """,
    "an attribute of a function": """
        def tick():
            tick.n += 1
            return tick.n
        tick.n = 0
    """,
    "an attribute that a function gets": """
        def tick():
            tick.n = getattr(tick, "n", 0) + 1
            return tick.n
    """,
    "a default": """
        def tick(seen=[]):
            seen.append(0)
            return len(seen)
    """,
    "a default by name": """
        def tick(*, seen={"n": 0}):
            seen["n"] += 1
            return seen["n"]
    """,
    "a global": """
        n = 0
        def tick():
            global n
            n += 1
            return n
    """,
    "a part of a function": """
        from functools import partial
        def again(seen):
            seen.append(0)
            return len(seen)
        tick = partial(again, [])
    """,
    "a module of torch": """
        class Seen(torch.nn.Module):
            def __init__(self):
                super().__init__()
                self.register_buffer("n", torch.zeros(()))
            def forward(self):
                self.n += 1
                return int(self.n)
        tick = Seen()
    """,
    "what an object has of a library": """
        import argparse
        seen = argparse.Namespace(n=0)
        def tick():
            seen.n += 1
            return seen.n
    """,
    "a generator": """
        def counted():
            n = 0
            while True:
                n += 1
                yield n
        counter = counted()
        def tick():
            return next(counter)
    """,
    "a generator that is sent to": """
        def counted():
            n = 0
            while True:
                n += yield n
        counter = counted()
        next(counter)
        def tick():
            return counter.send(1)
    """,
    "an iterator": """
        import itertools
        tick = itertools.count(1).__next__
    """,
    "an iterator of a list in a tuple": """
        both = (iter([*range(1, 20)]), None)
        def tick():
            return next(both[0])
    """,
    "an iterator of the program's": """
        class Counted:
            def __init__(self):
                self.inner = iter(range(1, 20))
            def __iter__(self):
                return self
            def __next__(self):
                return next(self.inner)
        counter = Counted()
        def tick():
            return next(counter)
    """,
    "an iterator with others ahead": """
        import itertools
        counter = zip(itertools.count(1), itertools.count(5))
        def tick():
            return list(itertools.islice(counter, 1))[0][0]
    """,
}
SECTIONS = {
    "forward": "H = W * x\nloss = (H * H).sum()",
    "backward": "dH = 2 * H * (-1 if tick() == 1 else 1)\ndW = dH * x",
    "update": "W = W - 0.01 * dW * tick()",
}


def indented(setup: str) -> str:
    """A setup that is added to the one of the base."""
    return "+" + setup


@pytest.mark.parametrize("way", COUNTERS)
def test_a_line_that_is_wrong_at_its_first_run_is_wrong_when_it_runs_again(way: str, begun: Begun) -> None:
    session = begun(setup=indented(COUNTERS[way]), **SECTIONS)
    wrong, right = session.iterate(), session.iterate()
    found = check_lines(session, wrong)
    assert not found.problem
    assert {name: one.verdict for name, one in found.judgements.items()} == {
        "dH": Verdict.WRONG_HERE,
        "dW": Verdict.RIGHT,
    }
    assert {one.verdict for one in check_lines(session, right).judgements.values()} == {Verdict.RIGHT}


@pytest.mark.parametrize("way", COUNTERS)
def test_a_check_leaves_what_it_counted_as_it_was(way: str, begun: Begun) -> None:
    plain, checked = (begun(setup=indented(COUNTERS[way]), **SECTIONS) for _ in range(2))
    for _ in range(4):
        plain.iterate()
        check_lines(checked, checked.iterate())
    assert checked.losses == plain.losses


@pytest.mark.parametrize("way", COUNTERS)
def test_an_iteration_from_a_restored_checkpoint_is_the_first_one(way: str, begun: Begun) -> None:
    session = begun(setup=indented(COUNTERS[way]), **SECTIONS)
    plain = begun(setup=indented(COUNTERS[way]), **SECTIONS)
    records = [session.iterate() for _ in range(2)]
    restore(records[0].start, session.namespace)
    session.number = 0
    for _ in range(4):
        session.iterate()
        plain.iterate()
    assert session.losses == plain.losses
    assert len(set(plain.losses)) == 4


@pytest.mark.parametrize("way", ["import beside", "from beside import tick"])
def test_a_module_beside_the_program_is_state_of_it(way: str, tmp_path: Path, begun: Begun) -> None:
    name = f"beside_{way.partition(' ')[0]}"
    module = "n = 0\n\ndef tick():\n    global n\n    n += 1\n    return n\n"
    (tmp_path / f"{name}.py").write_text(module)
    text = f"""
# %% setup
import torch
{way.replace("beside", name)}
x = torch.tensor([1.0, 2.0, 3.0])
# %% parameters
W = torch.tensor([0.5, -1.0, 2.0])
# %% forward
{SECTIONS["forward"]}
# %% backward
{SECTIONS["backward"] if way.startswith("from") else SECTIONS["backward"].replace("tick", f"{name}.tick")}
"""
    session = Session(parse(text, "little", tmp_path / "little.py"))
    assert session.begin() is None
    wrong, right = session.iterate(), session.iterate()
    assert check_lines(session, wrong).accused == {"dH"}
    assert check_lines(session, right).accused == frozenset()
