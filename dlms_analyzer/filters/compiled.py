"""`compile_filter`: a display filter as something that messages are asked with."""

from __future__ import annotations

import operator
from collections.abc import Callable, Iterable
from typing import Any, Final

from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.filters.catalog import FilterField, catalog
from dlms_analyzer.filters.domains import OPERATORS_OF, READ, SLICED, TRUTH, Domain, equality, octets
from dlms_analyzer.filters.engine_fields import View
from dlms_analyzer.filters.errors import FilterError, close_to
from dlms_analyzer.filters.layer_fields import NOT_KEPT
from dlms_analyzer.filters.patterns import MAX_SEARCHED, compile_pattern
from dlms_analyzer.filters.syntax import Condition, Every, Expression, Literal, Not, Range, parse
from dlms_analyzer.messages import Message

_Check = Callable[[View], bool]
_Value = Callable[[Any], bool]

_ORDERS: Final[dict[str, Callable[[Any, Any], Any]]] = {
    "<": operator.lt, "<=": operator.le, ">": operator.gt, ">=": operator.ge,
}  # fmt: skip
_TEXTUAL: Final = (Domain.TEXT, Domain.ANY)


class Filter:
    """A display filter, ready to use.

    Attributes:
        text: as it was written.
        fields: names of the fields it looks at, in order of appearance.
    """

    __slots__ = ("_check", "fields", "text")

    def __init__(self, text: str, fields: tuple[str, ...], check: _Check) -> None:
        self.text = text
        self.fields = fields
        self._check = check

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
        return Filter(text, (), lambda _: True)
    compiler = _Compiler(text)
    check = compiler.check(parse(text))
    return Filter(text, tuple(compiler.fields), check)


class _Compiler:
    """Looks up names, checks types, and makes a function of each part of the tree."""

    def __init__(self, text: str) -> None:
        self.text = text
        self.fields: dict[str, None] = {}

    def check(self, expression: Expression) -> _Check:
        """The function of a part of the tree."""
        if isinstance(expression, Condition):
            return self.test(expression)
        if isinstance(expression, Not):
            inner = self.check(expression.inner)
            return lambda view: not inner(view)
        parts = [self.check(part) for part in expression.parts]
        if isinstance(expression, Every):
            return lambda view: all(part(view) for part in parts)
        return lambda view: any(part(view) for part in parts)

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

    def test(self, test: Condition) -> _Check:
        """The function of a single test."""
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
            present = field.present if cut is None else values
            return lambda view: any(value is not None for value in present(view))
        if test.operator not in OPERATORS_OF[domain]:
            allowed = " ".join(sorted(OPERATORS_OF[domain])) or "only its presence"
            reason = f"{field.name} is a {domain.value}: {test.operator} says nothing about it; use {allowed}"
            if domain is Domain.PRESENCE:
                reason = f"{field.name} holds other fields: a filter can only ask whether it is there"
            raise FilterError(reason, self.text, *test.operator_at)
        field = field._replace(domain=domain, choices=() if cut is not None else field.choices)
        holds = [self.value(field, test.operator, value) for value in test.values]
        if test.operator == "!=":
            return _all_differ(values, holds[0])
        return _any_holds(values, holds[0] if len(holds) == 1 else lambda value: any(hold(value) for hold in holds))

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


def _any_holds(values: Callable[[View], Iterable[Any]], holds: _Value) -> _Check:
    return lambda view: any(value is not None and holds(value) for value in values(view))


def _all_differ(values: Callable[[View], Iterable[Any]], equal: _Value) -> _Check:
    """As Wireshark since version 4: the field is there, and none of its values is that one."""

    def check(view: View) -> bool:
        there = False
        for value in values(view):
            if value is not None:
                if equal(value):
                    return False
                there = True
        return there

    return check


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
