"""Tensors that are no plain arrays of numbers are shown as what they are, wherever a program has them."""

from __future__ import annotations

import pickle
from collections.abc import Callable
from itertools import product

import pytest

from backprop_tui.engine.debugger.stepper import Stepper
from backprop_tui.engine.debugger.wire.commands import Advance, Command, Unit
from backprop_tui.engine.debugger.wire.frame import Frame, Summary
from backprop_tui.engine.debugger.wire.inspected import Tab
from backprop_tui.engine.debugger.wire.looks import (
    ChangeSlice,
    Layout,
    Pane,
    Scroll,
    Select,
    SelectName,
    ShowTab,
)
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import GradientReport
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.verdict import Verdict

Build = Callable[..., Program]
STATEMENT, BACK = Advance(Unit.STATEMENT), Advance(Unit.STATEMENT, -1)

KINDS = {
    "meta": ("torch.empty(3, device='meta')", "meta", "a meta tensor, which has no data"),
    "nested": ("torch.nested.nested_tensor([torch.ones(1), torch.ones(2)])", "nested", "a nested tensor"),
    "jagged": (
        "torch.nested.nested_tensor([torch.ones(1), torch.ones(2)], layout=torch.jagged)",
        "nested",
        "a nested tensor",
    ),
    "freed": ("freed(torch.ones(3))", "freed", "a tensor whose memory was freed"),
    "fake": ("FakeTensorMode().from_tensor(torch.ones(3))", "FakeTensor", "a FakeTensor"),
    "escaped": ("escaped()", "inside torch.func", "a tensor from inside a function of torch.func"),
    "uninitialized": (
        "torch.nn.parameter.UninitializedParameter()",
        "uninitialized",
        "a parameter that is not initialized",
    ),
    "bits": ("torch.ones(3, dtype=torch.uint8).view(torch.bits8)", "bits", "which has no numbers"),
}
"""How each is made, its word in the table, and words of what is said of it elsewhere."""
READABLE = {
    "sparse": "torch.tensor([0.0, 2.0, 0.0]).to_sparse()",
    "sparse rows": "torch.eye(3).to_sparse_csr()",
    "quantized": "torch.quantize_per_tensor(torch.tensor([0.0, 2.0, 1.0]), 0.5, 0, torch.quint8)",
    "eight bits": "torch.tensor([0.0, 2.0, 1.0]).to(torch.float8_e4m3fn)",
    "unsigned": "torch.arange(100).to(torch.uint16)",
    "a class of its own": "torch.ones(3).as_subclass(Raising)",
}
SETUP = """+
from torch._subclasses.fake_tensor import FakeTensorMode
class Raising(torch.Tensor):
    @classmethod
    def __torch_function__(cls, *args, **kwargs):
        raise ValueError("asked")
def freed(tensor):
    tensor.untyped_storage().resize_(0)
    return tensor
def escaped():
    kept = []
    torch.func.vmap(lambda entry: kept.append(entry) or entry)(torch.ones(3))
    return kept[0]
"""
FORWARD = "U = Z\nH = W * x\nloss = H.sum()"


def stepped(program: Program, *commands: Command) -> tuple[Stepper, list[Frame]]:
    """Every frame on the way, the lines judged where that is due."""
    stepper = Stepper(program, 0)
    stepper.begin()
    frames = [stepper.frame(0)]
    for command in commands:
        stepper.handle(command)
        frames.append(stepper.frame(0))
        if stepper.now.line_check.due and command == commands[-1]:
            stepper.check_lines()
            frames.append(stepper.frame(0))
    return stepper, frames


def row_of(frame: Frame, name: str) -> Summary:
    (value,) = [row.value for row in frame.tensors if row.name == name]
    assert value is not None
    return value


def reported(program: Program) -> dict[str, GradientReport]:
    report = check(program)
    assert report.failure is None
    return {gradient.name: gradient for gradient in report.gradients}


@pytest.mark.parametrize("name", ["convolution", "attention_head", "batchnorm_mlp"])
def test_every_tensor_is_looked_at_before_it_is_bound(name: str) -> None:
    stepper, frames = stepped(load(name), Layout(), Advance(Unit.ITERATION), Advance(Unit.PHASE, -1))
    names = stepper.now.scene.tensor_names
    for tensor, tab in product(names, Tab):
        for command in (SelectName(tensor), ShowTab(tab), STATEMENT, ChangeSlice(1), BACK):
            stepper.handle(command)
            frames.append(stepper.frame(0))
    assert all(frame.failure is None for frame in frames)


def test_of_what_is_not_bound_yet_no_gradient_is_shown(build: Build) -> None:
    sections = {
        "setup": "import torch\nx = torch.arange(24.0).reshape(2, 3, 4)",
        "parameters": "W = torch.ones(2, 3, 4)",
        "backward": "dH = torch.ones(2, 3, 4)\ndW = dH * x",
    }
    before = (Advance(Unit.ITERATION), *[Advance(Unit.PHASE, -1)] * 3, SelectName("H"), ChangeSlice(1))
    frame = stepped(build(**sections), *before)[1][-1]
    blocks = frame.inspector.blocks
    assert blocks[Tab.VALUE].missing == "H has no value yet"
    assert blocks[Tab.AUTOGRAD].missing == "autograd's gradient appears once the loss is there"
    assert frame.inspector.slice_index == ()
    assert frame.inspector.shape is None


@pytest.mark.parametrize(("written", "word", "words"), KINDS.values(), ids=KINDS)
@pytest.mark.parametrize("section", ["setup", "parameters", "forward"])
@pytest.mark.filterwarnings("ignore")
def test_what_has_no_numbers_is_named(
    section: str, written: str, word: str, words: str, build: Build
) -> None:
    sections = {"setup": SETUP, "parameters": "W = torch.ones(3)\n", "forward": FORWARD}
    line = f"Z = {written}\n"
    sections[section] = line + FORWARD if section == "forward" else sections[section] + line
    looking = (Select(1), SelectName("Z"), Scroll(Pane.INSPECTOR, 1, 1), ChangeSlice(1), ShowTab(Tab.ERROR))
    _, frames = stepped(build(**sections), Layout(), Advance(Unit.ITERATION), *looking)
    shown = frames[-1]
    assert [frame.failure for frame in frames] == [None] * len(frames)
    assert row_of(shown, "Z").text == word
    assert words in shown.inspector.blocks[Tab.VALUE].missing
    assert pickle.loads(pickle.dumps(shown)).inspector.name == "Z"


@pytest.mark.parametrize("kind", ["meta", "nested", "jagged", "freed", "fake", "bits"])
@pytest.mark.filterwarnings("ignore")
def test_a_gradient_without_numbers_is_a_wrong_type_that_is_named(kind: str, build: Build) -> None:
    written, _, words = KINDS[kind]
    program = build(setup=SETUP, backward=f"dH = {written}\ndW = torch.ones(3) * x")
    found = reported(program)
    assert found["dH"].verdict is Verdict.WRONG_TYPE
    assert words in found["dH"].message or kind == "bits"
    assert found["dW"].verdict is Verdict.EXACT
    _, frames = stepped(program, Layout(), Advance(Unit.ITERATION), SelectName("H"), ShowTab(Tab.ERROR))
    assert [frame.failure for frame in frames] == [None] * len(frames)
    assert frames[-1].inspector.verdict is Verdict.WRONG_TYPE


@pytest.mark.parametrize("written", READABLE.values(), ids=READABLE)
@pytest.mark.filterwarnings("ignore")
def test_what_torch_does_not_compute_with_is_shown_in_numbers(written: str, build: Build) -> None:
    program = build(setup=SETUP + f"Z = {written}", forward=FORWARD)
    frame = stepped(program, Layout(), Advance(Unit.ITERATION), SelectName("Z"))[1][-1]
    assert frame.failure is None
    assert row_of(frame, "Z").high in (1.0, 2.0, 99.0)
    assert frame.inspector.blocks[Tab.VALUE].rows


def test_a_sparse_gradient_is_shown_beside_autograds(build: Build) -> None:
    program = build(backward="dH = torch.ones_like(H)\ndW = (dH * x).to_sparse()")
    frame = stepped(program, Layout(), Advance(Unit.ITERATION), SelectName("W"))[1][-1]
    assert frame.inspector.verdict is Verdict.EXACT
    assert frame.inspector.blocks[Tab.MANUAL].rows == ((1.0, 2.0, 3.0),)
    assert frame.inspector.blocks[Tab.ERROR].rows == ((0.0, 0.0, 0.0),)


@pytest.mark.parametrize("kind", ["meta", "nested", "jagged", "fake", "uninitialized"])
@pytest.mark.filterwarnings("ignore")
def test_a_program_whose_only_parameter_has_no_numbers_is_refused_with_its_line(
    kind: str, build: Build
) -> None:
    written, _, words = KINDS[kind]
    failure = check(build(setup=SETUP, parameters=f"W = {written}")).failure
    assert failure is not None
    assert words in failure.message
    assert failure.message.startswith("`W` is ")
    assert failure.line is not None


@pytest.mark.parametrize("kind", ["meta", "nested", "jagged", "fake", "freed", "escaped"])
@pytest.mark.filterwarnings("ignore")
def test_a_loss_without_numbers_is_refused_with_its_line(kind: str, build: Build) -> None:
    written, _, words = KINDS[kind]
    failure = check(build(setup=SETUP, forward=f"H = W * x\nloss = {written}")).failure
    assert failure is not None
    assert failure.message == f"`loss` is {failure.message.removeprefix('`loss` is ')}"
    assert words in failure.message
    assert failure.line is not None


def test_a_program_without_any_data_is_told_by_its_loss(build: Build) -> None:
    meta = "torch.ones(3, device='meta')"
    program = build(setup=f"import torch\nx = {meta}", parameters=f"W = {meta}\nv = torch.ones(2)")
    failure = check(program).failure
    assert failure is not None
    assert failure.message == "`loss` is a meta tensor, which has no data; it has to be a scalar tensor"


def test_what_frees_the_memory_of_a_tensor_that_it_no_longer_needs_runs(build: Build) -> None:
    lines = "g = W * x\ng.untyped_storage().resize_(0)\nH = W * x\nloss = H.sum()"
    found = reported(build(forward=lines))
    assert {gradient.verdict for gradient in found.values()} == {Verdict.EXACT}


@pytest.mark.parametrize("number", ["10**5000", "10**400", "-(10**5000)"])
def test_an_integer_beyond_all_floating_numbers_is_no_gradient(number: str, build: Build) -> None:
    lines = f"dH = torch.ones_like(H)\ndW = {number}\ndloss = {number}"
    program = build(backward=lines, update="pass")
    found = reported(program)
    assert {found["dW"].verdict, found["dloss"].verdict} == {Verdict.WRONG_TYPE}
    assert "it is an int" in found["dW"].message
    _, frames = stepped(program, Layout(), Advance(Unit.ITERATION), SelectName("W"), ShowTab(Tab.MANUAL))
    assert frames[-1].failure is None
    assert frames[-1].inspector.blocks[Tab.MANUAL].missing == "an int, not a tensor"
