"""`compile_filter`: a display filter as something that messages are asked with."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any, Final, NamedTuple

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters.catalog import FilterField, catalog
from dlms_analyzer.filters.domains import OPERATORS_OF, READ, SLICED, TRUTH, Domain, equality, octets
from dlms_analyzer.filters.engine_fields import View
from dlms_analyzer.filters.errors import FilterError, close_to
from dlms_analyzer.filters.layer_fields import NOT_KEPT
from dlms_analyzer.filters.patterns import MAX_SEARCHED, compile_pattern
from dlms_analyzer.filters.syntax import Condition, Either, Every, Expression, Literal, Not, Range, parse
from dlms_analyzer.messages import Message

_Check = Callable[[View], bool]
_Value = Callable[[Any], bool]

_ORDERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TEXTUAL: Final = (Domain.TEXT, Domain.ANY)


class Question(NamedTuple):
    """What a filter asks about one field.

    Attributes:
        field: its name.
        values: gives the values of a message; None among them counts as absent.
        holds: whether one value is what is asked for.
        differs: there have to be values, and none of them may hold; else one has to.
        compared: what the values are compared with, as it is written.
    """

    field: str
    values: Callable[[View], Iterable[Any]]
    holds: _Value
    differs: bool = False
    compared: tuple[Literal, ...] = ()

    def check(self, view: View) -> bool:
        """The answer for a message."""
        return self.answer(self.values(view))

    def answer(self, values: Iterable[Any]) -> bool:
        """The answer for the values of a message."""
        holds = self.holds
        there = False
        for value in values:
            if value is not None:
                if holds(value):
                    return not self.differs
                there = True
        return there and self.differs


class Filter:
    """A display filter, ready to use.

    Attributes:
        text: as it was written.
        fields: names of the fields it looks at, in order of appearance.
        tree: what it asks, for whoever can answer some of that without a message; None when it asks nothing.
    """

    __slots__ = ("_check", "fields", "text", "tree")

    def __init__(self, text: str, fields: tuple[str, ...], tree: Expression[Question] | None) -> None:
        self.text = text
        self.fields = fields
        self.tree = tree
        self._check = _always if tree is None else _check_of(tree)

    def matches(self, message: Message, meters: Meters | None = None) -> bool:
        """Whether a message is one of those that the filter describes.

        Args:
            message: the message.
            meters: what is known about the meters of the capture, for names and values; whoever keeps it tells it of
                every message with `meaning.learn`.
        """
        return self._check(View(message, meters))

    def __repr__(self) -> str:
        return f"Filter({self.text!r})"


def compile_filter(text: str) -> Filter:
    """A display filter from its text; an empty one lets every message pass.

    Raises:
        FilterError: it is none: says what is wrong and where.
    """
    if not text.strip():
        return Filter(text, (), None)
    compiler = _Compiler(text)
    tree = compiler.tree(parse(text))
    return Filter(text, tuple(compiler.fields), tree)


def _always(_: View) -> bool:
    return True


def _check_of(tree: Expression[Question]) -> _Check:
    """The function of a part of the tree."""
    if isinstance(tree, Question):
        return tree.check
    if isinstance(tree, Not):
        inner = _check_of(tree.inner)
        return lambda view: not inner(view)
    parts = [_check_of(part) for part in tree.parts]
    if isinstance(tree, Every):
        return lambda view: all(part(view) for part in parts)
    return lambda view: any(part(view) for part in parts)


class _Compiler:
    """Looks up names, checks types, and makes a question of each condition."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fields: dict[str, None] = {}

    def tree(self, expression: Expression[Condition]) -> Expression[Question]:
        """The same tree with questions for conditions."""
        if isinstance(expression, Condition):
            return self.question(expression)
        if isinstance(expression, Not):
            return Not(self.tree(expression.inner))
        parts = tuple(self.tree(part) for part in expression.parts)
        return Every(parts) if isinstance(expression, Every) else Either(parts)

    def field(self, test: Condition) -> FilterField:
        """The field that a test names.

        Raises:
            FilterError: there is none of that name, or messages do not keep it.
        """
        known = catalog()
        found = known.get(test.name)
        if found is None:
            hint = close_to(test.name, known)
            raise FilterError(f"no field is called {test.name!r}{hint}", self.text, test.start, test.end)
        layer = test.name.partition(".")[0]
        if layer in NOT_KEPT:
            reason = f"messages do not keep the {layer} header around an APDU; use dlms.profile, dlms.client_sap ..."
            raise FilterError(reason, self.text, test.start, test.end)
        self.fields[found.name] = None
        return found

    def question(self, test: Condition) -> Question:
        """What a single test asks."""
        field = self.field(test)
        values = field.getter
        domain, cut = field.domain, test.cut
        if cut is not None:
            if domain not in SLICED:
                reason = f"{field.name} is a {domain.value}: only octets, text and logical names have slices"
                raise FilterError(reason, self.text, test.start, test.end)
            domain = SLICED[domain]
            values = _sliced(field.getter, cut)
        if test.operator is None:
            return Question(field.name, field.present if cut is None else values, lambda _: True)
        if test.operator not in OPERATORS_OF[domain]:
            allowed = " ".join(sorted(OPERATORS_OF[domain])) or "only its presence"
            reason = f"{field.name} is a {domain.value}: {test.operator} says nothing about it; use {allowed}"
            if domain is Domain.PRESENCE:
                reason = f"{field.name} holds other fields: a filter can only ask whether it is there"
            raise FilterError(reason, self.text, *test.operator_at)
        field = field._replace(domain=domain, choices=() if cut is not None else field.choices)
        holds = [self.value(field, test.operator, value) for value in test.values]
        hold = holds[0] if len(holds) == 1 else lambda value: any(one(value) for one in holds)
        compared = tuple(one for value in test.values for one in (value if isinstance(value, Range) else (value,)))
        return Question(field.name, values, hold, test.operator == "!=", compared)

    def value(self, field: FilterField, operator: str, value: Literal | Range) -> _Value:
        """What is asked of each value of a field.

        Raises:
            FilterError: what it is compared with is none of its type.
        """
        if isinstance(value, Range):
            above, below = self.value(field, ">=", value.first), self.value(field, "<=", value.last)
            return lambda one: above(one) and below(one)
        try:
            return _asked(field, operator, value)
        except ValueError as problem:
            hint = "; compare with a value, not with another field" if value.text in catalog() else ""
            raise FilterError(f"{problem}{hint}", self.text, value.start, value.end) from None


def _sliced(getter: Callable[[View], Iterable[Any]], cut: slice) -> Callable[[View], Iterable[Any]]:
    return lambda view: (value[cut] for value in getter(view) if value is not None and value[cut])


def _asked(field: FilterField, operator: str, literal: Literal) -> _Value:
    domain = field.domain
    if operator == "contains":
        return _contains(domain, literal)
    if operator == "matches":
        return _matches(domain, literal.text)
    if operator in ("==", "!=", "in"):
        if domain is Domain.NUMBER:
            return _number(field, literal)
        if field.choices and literal.text not in field.choices:
            known = close_to(literal.text, field.choices) or f"; it is one of {', '.join(field.choices[:6])}"
            raise ValueError(f"{field.name} is never {literal.text!r}{known}")
        return equality(domain, literal)
    return _ordered(domain, _ORDERS[operator], READ[domain](literal))


def _number(field: FilterField, literal: Literal) -> _Value:
    """Equality of a number, which may have a name."""
    text = literal.text.lower()
    numbers = field.names.get(text)
    if numbers is None and field.truth and text in TRUTH:
        wanted = TRUTH[text]
        return lambda value: bool(value) is wanted
    if numbers is None:
        try:
            return equality(Domain.NUMBER, literal)
        except ValueError:
            if not field.names:
                raise
            raise ValueError(f"{field.name} is never {literal.text!r}{close_to(text, field.names)}") from None
    return lambda value: value in numbers


def _ordered(domain: Domain, holds: Callable[[Any, Any], Any], bound: Any) -> _Value:
    if domain is not Domain.ANY:
        return lambda value: bool(holds(value, bound))
    kinds = str if isinstance(bound, str) else (int, float)
    return lambda value: isinstance(value, kinds) and bool(holds(value, bound))


def _contains(domain: Domain, literal: Literal) -> _Value:
    if domain in _TEXTUAL:
        return lambda value: literal.text in str(value)
    part = octets(literal)
    return lambda value: part in value


def _matches(domain: Domain, text: str) -> _Value:
    search = compile_pattern(text).search
    if domain in _TEXTUAL:
        return lambda value: search(str(value)[:MAX_SEARCHED]) is not None
    return lambda value: search(value[:MAX_SEARCHED].decode("latin-1")) is not None
