"""The forward run once more, every expression noted: names versioned, loops unrolled, functions followed."""

from __future__ import annotations

import ast
import contextlib
from collections.abc import Iterable
from typing import Any

import torch
from torch import Tensor

from ...program.names import called
from ...program.torch_operations import changes_in_place, may_draw, out_of_place
from ...tensors.aliasing import alone
from ..node import Node, Refused
from ..trees import name as name_tree
from .evaluation import Evaluator
from .function_calls import Call
from .items import elements, items_of
from .noting import HIDDEN, at

_LONGEST = 2000
"""So many statements, loops unrolled, are followed."""
_DEEPEST = 12
"""So many functions inside each other are followed."""


class _Returned(Exception):
    """A function returns."""

    def __init__(self, node: Node) -> None:
        super().__init__()
        self.node = node


class _Broken(Exception):
    """A loop ends early."""


class _Continued(Exception):
    """A loop goes on early."""


class _Index:
    """Tells what stands between its brackets."""

    def __getitem__(self, index: Any) -> Any:
        return index


_INDEX = f"{HIDDEN}index__"


class Trace(Evaluator):
    """What the forward bound, in order. `assigned` has every binding, of a name bound twice both."""

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Run a block of statements.

        Raises:
            Refused: there are too many, or one of them cannot be followed.
        """
        for node in body:
            self.root._ran += 1
            if self.root._ran > _LONGEST:
                raise Refused("the forward runs more statements than can be written out", node.lineno)
            self._statement(node)

    def name_nodes(self) -> None:
        """Give every node the name that stands for it now that the forward has run."""
        for name, node in self.names.items():
            if not name.startswith(HIDDEN) and not (name in self.counters and isinstance(node.value, int)):
                node.name = name
        for name, node in self.names.items():
            if isinstance(node.value, list | tuple | dict) and not name.startswith(HIDDEN):
                self._hold(name_tree(name), self.namespace.get(name))

    def _hold(self, tree: ast.expr, value: Any, depth: int = 0) -> None:
        """Tensors in a list have a place where they have no name."""
        places: Iterable[Any] = value.items() if isinstance(value, dict) else enumerate(value)
        for place, held in places:
            part = ast.Subscript(value=tree, slice=ast.Constant(place), ctx=ast.Load())
            if isinstance(held, Tensor) and (node := self.by_value.get(id(held))) and not node.name:
                node.held = part
            elif isinstance(held, list | tuple | dict) and depth < 2:
                self._hold(part, held, depth + 1)

    def spelled(self) -> dict[str, str]:
        """The expressions that have a name now, by their text in names that mean the same as then."""
        names: dict[str, str] = {}
        for name, node in self.names.items():
            if node.name == name and isinstance(node.value, Tensor) and _is_said_by_text(node.written):
                with contextlib.suppress(Refused):
                    names[ast.unparse(node.inside())] = name
        return names

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value) if all(map(_is_plain, targets)):
                bound = self.evaluate(value)
                for target in targets:
                    self.bind(target, bound)
            case ast.AnnAssign(target=ast.Name() as target, value=ast.expr() as value):
                self.bind(target, self.evaluate(value))
            case ast.AugAssign(target=ast.Name(id=name), op=operator, value=value):
                self._change(name, ast.BinOp(left=at(name_tree(name), node), op=operator, right=value), node)
            case ast.Assign(targets=[ast.Subscript(value=ast.Name(id=name)) as part], value=value) if (
                self._is_tensor(name)
            ):
                self._change_part(name, part, value, node)
            case ast.AugAssign(
                target=ast.Subscript(value=ast.Name(id=name)) as part, op=operator, value=value
            ) if self._is_tensor(name):
                read = ast.Subscript(value=part.value, slice=part.slice, ctx=ast.Load())
                changed = at(ast.BinOp(left=at(read, node), op=operator, right=value), node)
                self._change_part(name, part, changed, node)
            case ast.Expr(value=ast.Call(func=ast.Attribute() as func) as call):
                self._call(func, call, node)
            case ast.Return(value=value):
                raise _Returned(self.evaluate(value or at(ast.Constant(None), node)))
            case _:
                self._block(node)

    def _is_tensor(self, name: str) -> bool:
        return isinstance(self.namespace.get(name), Tensor)

    def _call(self, func: ast.Attribute, call: ast.Call, node: ast.stmt) -> None:
        """A call whose result nobody wants: it changes something, or says something."""
        if func.attr == "backward":
            tensor = self.evaluate(func.value).value
            tensor.backward(retain_graph=True)
        elif (changed := _changed_in_place(call)) is not None and self._is_tensor(changed[0]):
            self._change(*changed, node)
        elif func.attr in ("append", "extend", "insert"):
            self.evaluate(call)
        else:
            self._opaque(node)

    def _block(self, node: ast.stmt) -> None:
        match node:
            case ast.For(orelse=[]):
                self.counters |= {inner.id for inner in ast.walk(node.target) if isinstance(inner, ast.Name)}
                for item in items_of(self.evaluate(node.iter), self.by_value):
                    self.bind(node.target, item)
                    if not self._once(node.body):
                        break
            case ast.While(orelse=[]):
                while self.evaluate(node.test).value and self._once(node.body):
                    pass
            case ast.If(test=test, body=body, orelse=orelse):
                self.run(body if self.evaluate(test).value else orelse)
            case ast.Break():
                raise _Broken
            case ast.Continue():
                raise _Continued
            case _:
                self._opaque(node)

    def _once(self, body: list[ast.stmt]) -> bool:
        """Run the body of a loop; whether the loop goes on."""
        try:
            self.run(body)
        except _Continued:
            pass
        except _Broken:
            return False
        return True

    def _change(self, name: str, value: ast.expr, node: ast.stmt) -> None:
        """A change in place is a binding anew, where no other name sees it."""
        self._require_alone(name, node)
        self.bind(ast.Name(id=name, ctx=ast.Store()), self.evaluate(at(value, node)))

    def _require_alone(self, name: str, node: ast.stmt) -> None:
        if isinstance(self.namespace.get(name), Tensor) and not alone(self.namespace, [name]):
            raise Refused(
                f"line {node.lineno} changes `{name}` in place, and others share its memory", node.lineno
            )

    def _change_part(self, name: str, part: ast.Subscript, value: ast.expr, node: ast.stmt) -> None:
        """A change of a part is a binding anew to the tensor with the part changed."""
        self._require_alone(name, node)
        read = at(ast.Subscript(value=at(name_tree(name), node), slice=part.slice, ctx=ast.Load()), node)
        part_before, given = self.evaluate(read), self.evaluate(value)
        before = self.names[name]
        changed = before.value.clone()
        with torch.enable_grad():
            changed[self._notes_of_slice(part_before)] = given.value
        tree = at(ast.Call(func=name_tree("set_part"), args=[before.written, read, value], keywords=[]), node)
        parts = {id(before.written): before, id(read): part_before, id(value): given}
        made = Node(tree, changed, node.lineno, parts)
        made.unsaid = True
        self.bind(at(ast.Name(id=name, ctx=ast.Store()), node), made)

    def _notes_of_slice(self, part: Node) -> Any:
        assert isinstance(part.written, ast.Subscript)
        self.namespace[_INDEX] = _Index()
        read = ast.Subscript(value=name_tree(_INDEX), slice=part.written.slice, ctx=ast.Load())
        code = compile(ast.fix_missing_locations(ast.Expression(read)), self.filename, "eval")
        return eval(code, self.namespace)

    def _opaque(self, node: ast.stmt) -> None:
        """Run a statement that is not followed: what it binds has a value and no rule."""
        before = {name: _state(value) for name, value in self.namespace.items()}
        module = ast.Module(body=[node], type_ignores=[])
        exec(compile(module, self.filename, "exec", dont_inherit=True), self.namespace)
        for name, value in list(self.namespace.items()):
            if before.get(name) != _state(value) and not name.startswith(HIDDEN):
                self._bound_unseen(name, value, node)
        for name in _changed_names(node):
            self._bound_unseen(name, self.namespace.get(name), node)

    def _bound_unseen(self, name: str, value: Any, node: ast.stmt) -> None:
        unseen = Node(at(name_tree(name), node), value, node.lineno, {})
        kind = "a change of a part" if isinstance(node, ast.Assign | ast.AugAssign) else "this statement"
        unseen.why_not = f"line {node.lineno}: {kind} is not followed"
        self.names[name] = unseen
        self.assigned.append((name, unseen))

    def bind(self, target: ast.expr, node: Node) -> None:
        """Let a name, or several, stand for a node."""
        if isinstance(target, ast.Tuple | ast.List):
            for inner, part in zip(target.elts, elements(node, self.by_value), strict=True):
                self.bind(inner, part)
            return
        assert isinstance(target, ast.Name)
        own = self._own(node, target)
        self.namespace[target.id] = own.value
        self.names[target.id] = own
        self.assigned.append((target.id, own))
        self._made(own)

    def _own(self, node: Node, target: ast.Name) -> Node:
        """A node that no other name has: a second name for a tensor is a use of the first."""
        if not any(other is node for name, other in self.names.items() if not name.startswith(HIDDEN)):
            return node
        value = node.value
        if isinstance(value, Tensor) and value.requires_grad and self.root is self:
            value = value.view_as(value)
        alias = Node(target, value, target.lineno, {})
        alias.alias_of = node
        return alias

    def inside(self, call: Call, bound: dict[str, Node]) -> Node:
        """Run a function of the program's in a namespace of its own."""
        given = {**call.enclosed(), **{name: node.value for name, node in bound.items()}}
        local = Trace.__new__(Trace)
        local.__dict__.update(self.__dict__)
        local.namespace = {**self.root.namespace, **given}
        local.names = {name: node for name, node in self.root.names.items() if name not in given} | bound
        local.assigned = []
        local.depth = self.depth + 1
        try:
            local.run(call.statements())
        except _Returned as returned:
            return returned.node
        return Node(at(ast.Constant(None), call.body), None, call.body.lineno, {})


def _state(value: Any) -> tuple[int, int]:
    """What tells whether a name stands for another value, or its tensor was changed."""
    return id(value), value._version if isinstance(value, Tensor) else 0


def _is_said_by_text(tree: ast.expr) -> bool:
    """Whether an expression says what its value is; random numbers it does not."""
    if not isinstance(tree, ast.Call | ast.BinOp | ast.Subscript) or HIDDEN in ast.unparse(tree):
        return False
    return not any(may_draw(called(part)) for part in ast.walk(tree))


def _is_plain(target: ast.expr) -> bool:
    if isinstance(target, ast.Tuple | ast.List):
        return all(_is_plain(inner) for inner in target.elts)
    return isinstance(target, ast.Name)


def _changed_in_place(call: ast.expr) -> tuple[str, ast.expr] | None:
    """The name that methods like `h.mul_(2).add_(1)` change, and what it is changed to."""
    if isinstance(call, ast.Name):
        return call.id, call
    if not isinstance(call, ast.Call) or not isinstance(call.func, ast.Attribute):
        return None
    func = call.func
    if not changes_in_place(func.attr) or func.attr == "requires_grad_":
        return None
    inner = _changed_in_place(func.value)
    if inner is None:
        return None
    twin = ast.Attribute(value=inner[1], attr=out_of_place(func.attr), ctx=ast.Load())
    return inner[0], ast.Call(func=twin, args=call.args, keywords=call.keywords)


def _changed_names(node: ast.stmt) -> list[str]:
    """Names whose tensors a statement changes in part."""
    targets = node.targets if isinstance(node, ast.Assign) else [getattr(node, "target", None)]
    held = [target.value for target in targets if isinstance(target, ast.Subscript)]
    return [value.id for value in held if isinstance(value, ast.Name)]
