"""The forward run once more, every expression noted: names versioned, loops unrolled, functions followed."""

from __future__ import annotations

import ast
from collections.abc import Iterable
from types import ModuleType
from typing import Any

import torch
from torch import Tensor

from ...program.names import is_place as is_held
from ...program.names import read_names, stored_names
from ...tensors.aliasing import alone, storage_of, tensors_in
from ...tensors.held_names import held_values
from ...tensors.inert import is_a, is_tensor
from ..node import Node, Refused
from ..trees import name as name_tree
from .evaluation import Evaluator
from .function_calls import Call
from .items import elements, items_of
from .noting import HIDDEN, at, bound_names
from .statement_forms import as_read, changed_in_place, changed_names, is_place

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

    apart: frozenset[str] = frozenset()
    """Gradients that the forward writes beside the loss, which is made of none of them."""

    def run(self, body: Iterable[ast.stmt]) -> None:
        """Run a block of statements.

        Raises:
            Refused: there are too many, or one of them cannot be followed.
        """
        for node in body:
            self.root._ran += 1
            if self.root._ran > _LONGEST:
                raise Refused("the forward runs more statements than can be written out", node.lineno)
            try:
                self._statement(node)
            except Refused:
                written = {*changed_names(node), *stored_names(node)}
                if not written or not written <= self.apart:
                    raise
                self._opaque(node)

    def _statement(self, node: ast.stmt) -> None:
        match node:
            case ast.Assign(targets=targets, value=value) if all(map(self._can_bind, targets)):
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
                changed = at(ast.BinOp(left=as_read(part), op=operator, right=value), node)
                self._change_part(name, part, changed, node)
            case ast.AugAssign(target=target, op=operator, value=value) if self._can_change(target):
                changed = at(ast.BinOp(left=as_read(target), op=operator, right=value), node)
                self._put(target, self.evaluate(changed))
            case ast.Expr(value=ast.Call(func=ast.Attribute() as func) as call):
                self._call(func, call, node)
            case ast.Return(value=value):
                raise _Returned(self.evaluate(value or at(ast.Constant(None), node)))
            case _:
                self._block(node)

    def _is_tensor(self, name: str) -> bool:
        return is_tensor(self.namespace.get(name))

    def _can_bind(self, target: ast.expr) -> bool:
        """Whether a target is a name, or a place in a container or an object; no part of a tensor."""
        if isinstance(target, ast.Tuple | ast.List):
            return all(map(self._can_bind, target.elts))
        if not isinstance(target, ast.Subscript | ast.Attribute):
            return isinstance(target, ast.Name)
        return is_place(target) and not is_tensor(self.evaluate(target.value).value)

    def _can_change(self, target: ast.expr) -> bool:
        """Whether what a container or an object holds can be changed in place, as nothing else shows it."""
        if isinstance(target, ast.Name) or not self._can_bind(target):
            return False
        value = self.evaluate(as_read(target)).value
        return not is_tensor(value) or self._holders(value) == 1

    def _holders(self, value: Tensor) -> int:
        """At how many places of the program's the memory of a tensor is to be seen."""
        values = [one for name, one in self.namespace.items() if not str(name).startswith(HIDDEN)]
        held = [storage_of(tensor) for one in values for tensor in tensors_in(one)]
        return held.count(storage_of(value))

    def _call(self, func: ast.Attribute, call: ast.Call, node: ast.stmt) -> None:
        """A call whose result nobody wants: it changes something, or says something."""
        if (changed := changed_in_place(call)) is not None and self._is_tensor(changed[0]):
            self._change(*changed, node)
        elif func.attr in ("append", "extend", "insert", "backward"):
            self.evaluate(call)
        else:
            self._opaque(node)

    def _block(self, node: ast.stmt) -> None:
        match node:
            case ast.For(orelse=[]):
                self.counters |= {inner.id for inner in ast.walk(node.target) if isinstance(inner, ast.Name)}
                for item in items_of(self.evaluate(node.iter), self.by_value):
                    self._stand_for(node.target, item)
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
        if is_held(name) and self._is_tensor(name) and self._holders(self.namespace[name]) > 1:
            self._opaque(node)
            return
        self._require_alone(name, node)
        self.bind(ast.Name(id=name, ctx=ast.Store()), self.evaluate(at(value, node)))

    def _require_alone(self, name: str, node: ast.stmt) -> None:
        if is_tensor(self.namespace.get(name)) and not alone(self.namespace, [name]):
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
        before = {name: _state(value) for name, value in bound_names(self.namespace).items()}
        module = ast.Module(body=[node], type_ignores=[])
        exec(compile(module, self.filename, "exec", dont_inherit=True), self.namespace)
        for name, value in bound_names(self.namespace).items():
            if before.get(name) != _state(value):
                self._bound_unseen(name, value, node)
        for name in changed_names(node):
            if not is_a(self.namespace.get(name), ModuleType):
                self._bound_unseen(name, self.namespace.get(name), node)

    def _bound_unseen(self, name: str, value: Any, node: ast.stmt) -> None:
        read = [self.names[other] for other in sorted(read_names(node) & self.names.keys())]
        parts = {id(one): one for one in read}
        unseen = Node(at(name_tree(name), node), value, node.lineno, parts)
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
        if not isinstance(target, ast.Name):
            self._put(target, node)
            return
        self._name_what_is_held()
        own = self._own(node, target)
        self.namespace[target.id] = own.value
        self._assign(target.id, own)
        self._name_what_is_held()

    def _assign(self, name: str, node: Node) -> None:
        self.names[name] = node
        self.assigned.append((name, node))
        self._made(node)

    def _name_what_is_held(self) -> None:
        """Let the names of items stand for what was put into dictionaries otherwise, or with all of one."""
        for name, value in held_values(self.namespace).items():
            made = self.by_value.get(id(value)) if is_tensor(value) else None
            known = self.names.get(name)
            if made is not None and (known is None or known.value is not value):
                target = ast.Name(name, ast.Store(), lineno=made.line, col_offset=0)
                own = self._own(made, target)
                self.namespace[name] = own.value
                self._assign(name, own)

    def _stand_for(self, target: ast.expr, node: Node) -> None:
        """Let the name of a loop stand for an item: what has a name gets no second one by that."""
        if isinstance(target, ast.Tuple | ast.List):
            for inner, part in zip(target.elts, elements(node, self.by_value), strict=True):
                self._stand_for(inner, part)
        elif isinstance(target, ast.Name) and self._is_named(node):
            self.namespace[target.id] = node.value
            self.names[target.id] = node
        else:
            self.bind(target, node)

    def _is_named(self, node: Node) -> bool:
        return any(other is node for name, other in self.names.items() if not name.startswith(HIDDEN))

    def _put(self, place: ast.expr, node: Node) -> None:
        """Put a value where the program puts it: from there it is read by its own name."""
        assign = ast.Assign(targets=[place], value=at(name_tree(self._hidden(node)), place))
        module = ast.Module(body=[at(assign, place)], type_ignores=[])
        exec(compile(module, self.filename, "exec", dont_inherit=True), self.namespace)
        self._name_what_is_held()

    def _own(self, node: Node, target: ast.Name) -> Node:
        """A node that no other name has: a second name for a tensor is a use of the first."""
        if not self._is_named(node):
            return node
        value = node.value
        if is_tensor(value) and value.requires_grad and self.root is self:
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
    return id(value), value._version if is_tensor(value) else 0
