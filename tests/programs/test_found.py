"""Scripts and notebooks without titles, each as a person would write it, are opened, stepped and judged."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import torch

from backprop_tui.engine.execution.checkpoint import restore
from backprop_tui.engine.execution.session import Session
from backprop_tui.engine.execution.stand_in_modules import Nothing
from backprop_tui.engine.judging.check import check
from backprop_tui.engine.judging.report import Report
from backprop_tui.engine.program.library import load
from backprop_tui.engine.program.program import Program
from backprop_tui.engine.program.reading import read

FOLDER = Path(__file__).parent / "found"


class Script(NamedTuple):
    """What is found in a file, and a slip that it could have: a line, and how it reads then."""

    words: str
    gradient: str
    right: str
    wrong: str


SCRIPTS = {
    "adam_by_hand.py": Script(
        "the loop in line 16 · parameters w1, w2 · loss: line 21 · backward: 27–32 · update: 38–39 "
        "· gradients are named grad_X",
        "grad_w2",
        "grad_w2 = h_relu.t().mm(grad_y_pred)",
        "grad_w2 = h.t().mm(grad_y_pred)",
    ),
    "arguments_and_main.py": Script(
        "the loop in line 21 · parameters w, b · loss: line 24 · backward: 27–29 · update: 30–31 "
        "· gradients are named dX",
        "dz",
        "dz = (a - y) / m",
        "dz = (y - a) / m",
    ),
    "attention_in_a_while.py": Script(
        "the loop in line 11 · parameters Q, K, V, O · loss: line 17 · backward: 22–32 · update: 34–35 "
        "· gradients are named dX",
        "datt",
        "datt = weights * (dweights - (dweights * weights).sum(-1, keepdim=True))",
        "datt = weights * (dweights - (dweights * weights).mean(-1, keepdim=True))",
    ),
    "autoencoder_command.py": Script(
        "the loop in line 26 · parameters enc_w, enc_b, dec_w, dec_b · loss: line 30 · backward: 32–38 "
        "· update: 40–41 · gradients are named grad_X",
        "grad_enc_b",
        "grad_enc_b = grad_pre.sum(0)",
        "grad_enc_b = grad_code.sum(0)",
    ),
    "autograd_beside.py": Script(
        "the loop in line 12 · parameters w · loss: line 15 · backward: 18–19 · update: 20–22 "
        "· gradients are named d_X",
        "d_pred",
        "d_pred = 2 * err / len(x)",
        "d_pred = err / len(x)",
    ),
    "batches_by_zip.py": Script(
        "the loop in line 16 · parameters W, b · loss: line 19 · backward: 21–26 · update: 27 "
        "· gradients are named dX",
        "dz",
        "dz = dp * df(z)",
        "dz = dp * df(p) * 2",
    ),
    "carried_state.py": Script(
        "the loop in line 11 · parameters Wx, Wh, bh, Wo · loss: line 18 · backward: 19–26 · update: 30 "
        "· gradients are named dX",
        "dWh",
        "dWh = prev.T @ dpre",
        "dWh = hidden.T @ dpre",
    ),
    "chain_of_steps.py": Script(
        "lines 6–15 · parameters w · loss: line 8 · backward: 9–14 · no update · gradients are named dX",
        "da",
        "da = dz * w",
        "da = dz * a",
    ),
    "characters_clipped.py": Script(
        "the loop in line 58 · parameters Wxh, Whh, Why, bh, by · loss: line 27 · backward: 35–50 "
        "· update: 70–74 · gradients are named dX",
        "dhnext",
        "dhnext = Whh.T @ dhraw",
        "dhnext = Whh @ dhraw",
    ),
    "characters_over_time.py": Script(
        "the loop in line 17 · parameters Wxh, Whh, Why, bh, by · loss: line 26 · backward: 33–48 "
        "· update: 51–55 · gradients are named dX",
        "dWhh",
        "dWhh += dhraw @ hs[t - 1].T",
        "dWhh += dhraw @ hs[t].T",
    ),
    "compared_by_hand.py": Script(
        "lines 7–21 · parameters w, b · loss: line 11 · backward: 15–18 · no update · gradients are named dX",
        "dp",
        "dp = -(t / p - (1 - t) / (1 - p)) / 2",
        "dp = -(t / p + (1 - t) / (1 - p)) / 2",
    ),
    "decay_in_the_update.py": Script(
        "the loop in line 10 · parameters w, b · loss: line 13 · backward: 19–21 · update: 26–27 "
        "· gradients are named dX",
        "dz",
        "dz = (torch.sigmoid(z) - y) / len(x)",
        "dz = (torch.sigmoid(z) - y) / len(x) ** 2",
    ),
    "dictionaries_in_a_function.py": Script(
        'the loop in line 17 · parameters parameters["W1"], parameters["b1"], parameters["W2"], '
        'parameters["b2"] · loss: line 22 · backward: 23–30 · update: 31–33 '
        "· gradients are named dX, grads[…]",
        'grads["dW1"]',
        'grads["dW1"] = dZ1 @ X.T',
        'grads["dW1"] = dA1 @ X.T',
    ),
    "early_stopping.py": Script(
        "the loop in line 28 · parameters W1, b1, W2, b2 · loss: line 32 · backward: 34–40 "
        "· update: 41–42 · gradients are named dX",
        "da1",
        "da1 = dh1 * (1 - h1 ** 2)",
        "da1 = dh1 * (1 - a1 ** 2)",
    ),
    "exported_notebook.py": Script(
        "the loop in line 16 · parameters w1, w2 · loss: line 20 · backward: 25–30 · update: 31–32 "
        "· gradients are named grad_X",
        "grad_w1",
        "grad_w1 = x.t().mm(grad_h)",
        "grad_w1 = x.t().mm(grad_h_relu)",
    ),
    "gates_over_time.py": Script(
        "the loop in line 12 · parameters Wz, Uz, bz, Wr, Ur, br, Wh, Uh, bh, Wo, bo · loss: line 22 "
        "· backward: 24–52 · update: 53–54 · gradients are named dX",
        "dUh",
        "dUh += (rt * hp).T @ da",
        "dUh += hp.T @ da",
    ),
    "global_step.py": Script(
        "the loop in line 30 · parameters V, c, U · loss: line 17 · backward: 18–23 · update: 24–26 "
        "· gradients are named d_X",
        "d_pre",
        "d_pre = d_act * (pre > 0).float()",
        "d_pre = d_act * (pre < 0).float()",
    ),
    "greek_letters.py": Script(
        "the loop in line 9 · parameters θ1, θ2 · loss: line 12 · backward: 13–16 · update: 17–18 "
        "· gradients are named δ_X",
        "δ_θ1",
        "δ_θ1 = x.T @ (δ_a * (1 - a ** 2))",
        "δ_θ1 = x.T @ (δ_a * (1 - a))",
    ),
    "leibniz_names.py": Script(
        "the loop in line 9 · parameters a, b, c, d · loss: line 12 · backward: 15–20 · update: 21–24 "
        "· gradients are named dloss_dX",
        "dloss_dc",
        "dloss_dc = (dloss_dy_pred * x ** 2).sum()",
        "dloss_dc = (dloss_dy_pred * 2 * x).sum()",
    ),
    "loader_and_suffix.py": Script(
        "the loop in line 16 · parameters weight, bias · loss: line 20 · backward: 23–27 "
        "· update: 29–33 · gradients are named X_grad",
        "bias_grad",
        "bias_grad = scores_grad.sum(dim=0)",
        "bias_grad = scores_grad.mean(dim=0)",
    ),
    "loss_for_the_log.py": Script(
        "the loop in line 9 · parameters w, b · loss: line 16 · backward: 12–13 · update: 14–15 "
        "· gradients are named dX",
        "dw",
        "dw = 2 / n * X.T @ error",
        "dw = 1 / n * X.T @ error",
    ),
    "loss_only_noted.py": Script(
        "the loop in line 5 · parameters W, b · loss: line 7 · backward: 8–10 · update: 11–12 "
        "· gradients are named dX",
        "dpred",
        "dpred = 2 / 10 * (pred - y)",
        "dpred = 2 * (pred - y)",
    ),
    "minibatches.py": Script(
        "the loop in line 16 · parameters w1, b1, w2, b2 · loss: line 23 · backward: 25–32 "
        "· update: 33–34 · gradients are named grad_X",
        "grad_b1",
        "grad_b1 = (grad_h * (1 - h * h)).sum(0, keepdim=True)",
        "grad_b1 = grad_h.sum(0, keepdim=True)",
    ),
    "momentum_over_pairs.py": Script(
        "the loop in line 8 · parameters emb, proj · loss: line 14 · backward: 15–21 · update: 22–24 "
        "· gradients are named g_X",
        "g_proj",
        "g_proj = vec.T @ g_logits",
        "g_proj = vec.T @ g_logits / 12",
    ),
    "nabla_in_epochs.py": Script(
        "the loop in line 23 · parameters w1, b1, w2, b2 · loss: line 29 · backward: 31–37 "
        "· update: 38–41 · gradients are named nabla_X",
        "nabla_z1",
        "nabla_z1 = nabla_a1 * sigmoid_prime(z1)",
        "nabla_z1 = nabla_a1 * sigmoid_prime(a1)",
    ),
    "negative_samples.py": Script(
        "the loop in line 13 · parameters emb_in, emb_out · loss: line 22 · backward: 23–25 "
        "· update: 26–27 · gradients are named dX",
        "du",
        "du = dscore.unsqueeze(1) * v",
        "du = dscore.unsqueeze(1) * u",
    ),
    "numerical_check.py": Script(
        "the loop in line 8 · parameters W, b · loss: line 12 · backward: 13–16 · update: 27–28 "
        "· gradients are named grad_X",
        "grad_z",
        "grad_z = grad_s * s * (1 - s)",
        "grad_z = grad_s * s * (1 + s)",
    ),
    "one_function_for_both.py": Script(
        "the loop in line 50 · parameters U, W, V, b, c · loss: line 18 · backward: 22–35 "
        "· update: 57–58 · gradients are named dX",
        "dW",
        "dW += torch.outer(draw, s[t - 1])",
        "dW += torch.outer(draw, s[t])",
    ),
    "one_step_guarded.py": Script(
        "lines 19–35 · parameters w, b · loss: line 22 · backward: 25–30 · update: 33–35 "
        "· gradients are named dX",
        "dz",
        "dz = dp * torch.sigmoid(z)",
        "dz = dp * torch.sigmoid(-z)",
    ),
    "momentum_in_dictionaries.py": Script(
        'the loop in line 17 · parameters model["W1"], model["b1"], model["W2"], model["b2"] · loss: line 24 '
        "· backward: 28–36 · update: 39–41 · gradients are named dX, grads[…]",
        'grads["W1"]',
        "grads['W1'] = X.T @ dpre + reg * model['W1']",
        "grads['W1'] = X.T @ dpre + 2 * reg * model['W1']",
    ),
    "parameters_by_number.py": Script(
        "the loop in line 5 · parameters W1, b1, W2, b2 · loss: line 8 · backward: 9–15 · update: 17–18 "
        "· gradients are named dX",
        "dh",
        "dh = dout @ W2.T",
        "dh = -dout @ W2.T",
    ),
    "penalty_under_no_grad.py": Script(
        "the loop in line 13 · parameters W, b · loss: line 19 · backward: 23–26 · update: 28–29 "
        "· gradients are named dX",
        "dW",
        "dW += reg * W  # the penalty's",
        "dW += 0.5 * reg * W  # the penalty's",
    ),
    "random_upstream.py": Script(
        "lines 7–13 · parameters x, w, b · no loss · backward: 10–12 · no update · gradients are named dX",
        "dw",
        "dw = x.T @ dpre",
        "dw = x.T @ dout",
    ),
    "rates_compared.py": Script(
        "the loop in line 6 · parameters w · loss: line 8 · backward: 9–10 · update: 11 "
        "· gradients are named dX",
        "de",
        "de = 2 * e / e.numel()",
        "de = 2 * e / len(x) ** 2",
    ),
    "rates_in_turn.py": Script(
        "the loop in line 5 · parameters W · loss: line 7 · backward: 8–9 · update: 10 "
        "· gradients are named dX",
        "dp",
        "dp = 2 * (p - y) / len(x)",
        "dp = 2 * (y - p) / len(x)",
    ),
    "running_statistics.py": Script(
        "the loop in line 14 · parameters W1, gamma, beta, W2 · loss: line 29 · backward: 31–39 "
        "· update: 41–44 · gradients are named dX",
        "dz",
        "dz = inv * (dzhat - dzhat.mean(0) - zhat * (dzhat * zhat).mean(0))",
        "dz = inv * (dzhat - dzhat.mean(0) - (dzhat * zhat).mean(0))",
    ),
    "shuffled_epochs.py": Script(
        "the loop in line 26 · parameters W1, b1, W2, b2 · loss: line 41 · backward: 44–53 · update: 56–59 "
        "· gradients are named dX",
        "dW1",
        "dW1 = xb.T @ da1 + 1e-3 * W1",
        "dW1 = xb.T @ dh1 + 1e-3 * W1",
    ),
    "short_names_in_a_function.py": Script(
        "the loop in line 15 · parameters w1, w2 · loss: line 17 · backward: 18–23 · update: 24–25 "
        "· gradients are named gX",
        "ga",
        "ga = gout.mm(w2.t())",
        "ga = -gout.mm(w2.t())",
    ),
    "stops_when_flat.py": Script(
        "the loop in line 17 · parameters W, b · loss: line 21 · backward: 30–32 · update: 35–36 "
        "· gradients are named dX",
        "dW",
        "dW = x.T @ dz",
        "dW = x.T @ dz / n",
    ),
    "three_seeds.py": Script(
        "the loop in line 10 · parameters w, b · loss: line 12 · backward: 13–15 · update: 16–17 "
        "· gradients are named dX",
        "dout",
        "dout = 2 * (out - y) / out.numel()",
        "dout = 2 * (out - y)",
    ),
    "trailing_underscore.py": Script(
        "the loop in line 7 · parameters k, s · loss: line 12 · backward: 13–17 · update: 18–19 "
        "· gradients are named dX_",
        "dconv_",
        "dconv_ = drelu_ * (conv > 0)",
        "dconv_ = drelu_ * (relu < 0)",
    ),
    "two_layers.py": Script(
        "the loop in line 13 · parameters W1, b1, W2, b2 · loss: line 19 · backward: 24–30 "
        "· update: 32–35 · gradients are named dX",
        "da",
        "da = dout @ W2.T",
        "da = -dout @ W2.T",
    ),
    "until_it_fits.py": Script(
        "the loop in line 8 · parameters w, b · loss: line 10 · backward: 11–13 · update: 14–15 "
        "· gradients are named dX",
        "db",
        "db = dy.sum(0)",
        "db = dy.mean(0)",
    ),
    "variational.py": Script(
        "the loop in line 16 · parameters We, Wmu, Wlv, Wd, Wx · loss: line 26 · backward: 27–37 "
        "· update: 38 · gradients are named dX",
        "dmu",
        "dmu = dzz + mu / len(x)",
        "dmu = dzz",
    ),
    "without_a_loss.py": Script(
        "the loop in line 8 · parameters W, b · no loss · backward: 12–13 · update: 14–15 "
        "· gradients are named dX",
        "dW",
        "dW = x.T @ dz",
        "dW = 2 * x.T @ dz",
    ),
}
MOST = 60
"""So many iterations are compared with what Python does: all of most scripts."""


def checked(program: Program, iterations: int = 1) -> Report:
    """The report of a program, what it prints left aside."""
    with contextlib.redirect_stdout(io.StringIO()):
        return check(program, iterations=iterations)


def stepped(program: Program) -> str:
    """What a program prints while it is stepped."""
    session = Session(program)
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        assert session.begin() is None
        while not session.ended and session.number < MOST:
            record = session.iterate()
            assert record.failure is None, record.failure.message
            assert record.passes, session.number
            if not session.course.loops:
                break
    return printed.getvalue()


def run_by_python(text: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """What Python prints, with stand-ins for what is not installed here either."""
    monkeypatch.setattr("sys.argv", ["script.py"])
    torch.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()) as printed, torch.enable_grad():
        exec(compile(text, "script", "exec"), {"__name__": "__main__", "get_ipython": Nothing})
    return printed.getvalue()


def test_every_script_is_among_those_that_are_told_of() -> None:
    assert {file.name for file in FOLDER.glob("*.py")} == set(SCRIPTS)


@pytest.mark.parametrize("name", SCRIPTS)
def test_what_was_found_is_said_in_words(name: str) -> None:
    found = load(str(FOLDER / name)).found
    assert found is not None
    assert found.words == f"iteration: {SCRIPTS[name].words}"


@pytest.mark.parametrize("name", SCRIPTS)
def test_it_prints_what_python_prints_and_every_gradient_passes(
    name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    program = load(str(FOLDER / name))
    told = stepped(program)
    expected = run_by_python(program.text, monkeypatch)
    assert expected.startswith(told)
    assert checked(program).exit_code == 0


def values_of(session: Session) -> dict[str, Any]:
    """What plain names and tensors of a program hold now."""
    held = {name: value for name, value in session.namespace.items() if not name.startswith("__")}
    tensors = {
        name: value.detach().clone() for name, value in held.items() if isinstance(value, torch.Tensor)
    }
    return tensors | {name: value for name, value in held.items() if isinstance(value, int | float | str)}


def same(one: Any, other: Any) -> bool:
    """Whether two values are the same, bit for bit."""
    if isinstance(one, torch.Tensor):
        return isinstance(other, torch.Tensor) and torch.equal(one, other)
    return bool(one == other)


@pytest.mark.parametrize("name", [*SCRIPTS, *(file.name for file in FOLDER.glob("*.ipynb"))])
def test_an_earlier_pass_can_be_gone_back_to_and_on_from(name: str) -> None:
    session = Session(load(str(FOLDER / name)))
    with contextlib.redirect_stdout(io.StringIO()):
        session.begin()
        records, values = [], []
        while not session.ended and len(records) < 7:
            records.append(session.iterate())
            values.append(values_of(session))
        back = min(2, len(records) - 1)
        restore(records[back].start, session.namespace)
        for then in values[back:]:
            assert session.iterate().failure is None
            now = values_of(session)
            assert [one for one, value in then.items() if not same(value, now[one])] == []


@pytest.mark.parametrize("name", SCRIPTS)
def test_a_slip_is_blamed_on_its_own_line_and_explained(name: str) -> None:
    script, text = SCRIPTS[name], (FOLDER / name).read_text()
    assert text.count(script.right) == 1
    lines = text.split("\n")
    line = next(number for number, one in enumerate(lines, 1) if one.strip() == script.right)
    report = checked(read(text.replace(script.right, script.wrong), name.removesuffix(".py")))
    accused = [one for one in report.failing if one.verdict.accuses]
    assert [(one.name, one.diagnosis is not None) for one in accused] == [(script.gradient, True)]
    assert line in (accused[0].accused_lines or accused[0].lines)


NOTEBOOK = FOLDER / "linear_regression_notebook.ipynb"


def test_the_notebook_this_grew_from_ends_at_loss_zero_and_its_two_slips_are_told() -> None:
    program = load(str(NOTEBOOK))
    with contextlib.redirect_stdout(io.StringIO()) as printed:
        report = check(program, iterations=1000)
    assert report.iterations == 1000
    assert report.loss == 0.0
    assert "ddifference     | exact: True  | approximate: True  | maxdiff: 0.0" in printed.getvalue()
    slips = {gradient.name: gradient.verdict.value for gradient in report.failing}
    assert slips == {"dy": "wrong_here", "dW1": "wrong_shape", "dB1": "wrong_shape"}


def test_its_loop_ends_where_a_bare_loop_ends() -> None:
    cells = json.loads(NOTEBOOK.read_text())["cells"]
    names = dict[str, object]()
    torch.manual_seed(0)
    with contextlib.redirect_stdout(io.StringIO()):
        for cell in cells:
            exec("".join(cell["source"]), names)
    session = Session(load(str(NOTEBOOK)))
    with contextlib.redirect_stdout(io.StringIO()):
        session.begin()
        while not session.ended:
            session.iterate()
    assert session.number == 1000
    for name in ("W1", "B1", "loss"):
        bare = names[name]
        assert isinstance(bare, torch.Tensor)
        assert torch.equal(session.namespace[name], bare)


EXERCISES = {
    "four_exercises.ipynb": {
        "the loop in line 205": (0, 13, {}),
        "cell 8: dlogprobs, dprobs, dcounts_sum_inv": (1, 26, {"dbnmeani": "wrong_shape"}),
        "cell 10: dlogits once more": (0, 1, {}),
        "cell 12: dhprebn once more": (0, 1, {}),
    },
    "attention_pooling.ipynb": {
        "the loop in line 88": (0, 9, {}),
        "cell 5: dlogprobs, dlogits, dWo": (0, 10, {}),
        "cell 6: dlogits once more": (0, 1, {}),
        "cell 7: dln once more": (0, 1, {}),
    },
}


@pytest.mark.parametrize("name", EXERCISES)
def test_every_place_in_a_notebook_is_told(name: str) -> None:
    found = load(str(FOLDER / name)).found
    assert found is not None
    assert list(found.choices) == list(EXERCISES[name])


@pytest.mark.parametrize(
    ("name", "place"), [(name, place) for name in EXERCISES for place in EXERCISES[name]]
)
def test_each_of_the_exercises_can_be_chosen(name: str, place: str) -> None:
    report = checked(load(str(FOLDER / name), choice=list(EXERCISES[name]).index(place)))
    exit_code, gradients, slips = EXERCISES[name][place]
    assert report.exit_code == exit_code
    assert len(report.gradients) == gradients
    assert {gradient.name: gradient.verdict.value for gradient in report.failing} == slips
