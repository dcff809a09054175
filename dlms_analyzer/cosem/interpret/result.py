"""What an interpretation gives back, and how one that does not fit says so."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any, NamedTuple, TypeAlias

Pair: TypeAlias = "tuple[int, Any]"
"""A `Data` as the layers read it: tag and value."""


class Mismatch(Exception):
    """A `Data` is not what its attribute should hold.

    Attributes:
        path: element numbers from the outside in, from 0.
        text: what was expected and what is there.
    """

    def __init__(self, text: str, path: tuple[int, ...] = ()) -> None:
        super().__init__(text)
        self.text = text
        self.path = path

    def inside(self, index: int) -> Mismatch:
        """The same, seen from the array or structure around it."""
        return Mismatch(self.text, (index, *self.path))

    def __str__(self) -> str:
        where = "".join(f"[{index}]" for index in self.path)
        return f"element {where}: {self.text}" if where else self.text


class Part(NamedTuple):
    """One element of a value, for the tree.

    Attributes:
        name: of the element; empty in arrays.
        words: what it says.
        parts: the elements inside it.
    """

    name: str
    words: str
    parts: tuple[Part, ...] = ()


class Interpreted:
    """What an attribute value says.

    Attributes:
        value: friendly and JSON-able: numbers, text, ISO date-times, dotted OBIS, lists and named elements.
        scaled: the number with its scaler, exact; None where there is none.
        unit: symbol of the unit of `scaled`; None where there is none.
        rule: what the interpretation rests on.
        problem: why the generic view is shown instead of a better one; empty when all is well.
        path: where in the `Data` the problem is, element numbers from the outside in.
    """

    __slots__ = ("_parts", "_words", "path", "problem", "rule", "scaled", "unit", "value")

    def __init__(
        self,
        value: Any,
        words: str | Callable[[], str],
        rule: str,
        scaled: Decimal | None = None,
        unit: str | None = None,
        parts: Callable[[], tuple[Part, ...]] | None = None,
        problem: str = "",
        path: tuple[int, ...] = (),
    ) -> None:
        self.value = value
        self._words = words
        self.rule = rule
        self.scaled = scaled
        self.unit = unit
        self._parts = parts
        self.problem = problem
        self.path = path

    @property
    def words(self) -> str:
        """The value for people, on one line; made when asked for."""
        if not isinstance(self._words, str):
            self._words = self._words()
        return self._words

    @property
    def parts(self) -> tuple[Part, ...]:
        """Its elements with their names and words, in the order of the `Data`; made when asked for."""
        return () if self._parts is None else self._parts()

    def __repr__(self) -> str:
        return f"Interpreted({self.words!r}, rule={self.rule!r})"
