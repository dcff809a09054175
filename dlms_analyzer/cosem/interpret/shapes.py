"""Shapes: what the `Data` of an attribute should look like, and what it then says.

A shape reads a pair into a friendly value, into words, and into named parts; a pair that it does not fit raises
`Mismatch`. Shapes are made of leaves (see `kinds`), arrays, structures and alternatives. null-data fits everywhere:
meters send it for what is not set.
"""

from __future__ import annotations

from typing import Any, Final, Protocol

from dlms_analyzer.cosem.interpret.result import Mismatch, Pair, Part
from scapy_layers.data import TYPE_NAMES

ELEMENTS_SAID: Final = 12
"""Elements of an array that words name; of longer ones the number is said. The parts hold them all."""

NULL: Final = frozenset({0, 255})
NOTHING: Final = "nothing"


def type_name(tag: int) -> str:
    """Name of a data type."""
    return TYPE_NAMES.get(tag, f"type {tag}")


class Shape(Protocol):
    """What a `Data` should look like."""

    @property
    def container(self) -> bool:
        """It has parts."""

    def value(self, pair: Pair) -> Any:
        """The friendly value.

        Raises:
            Mismatch: it does not look like this.
        """

    def words(self, pair: Pair) -> str:
        """The value for people; only for a pair that `value` took."""

    def parts(self, pair: Pair) -> tuple[Part, ...]:
        """Its elements; only for a pair that `value` took."""


def elements_of(pair: Pair, tag: int) -> tuple[Pair, ...]:
    """The elements of an array (1) or structure (2); the rows of a compact array count as an array.

    Raises:
        Mismatch: another type.
    """
    found, value = pair
    if found == tag:
        elements: tuple[Pair, ...] = value
        return elements
    if found == 19 and tag == 1:
        if value.rows is None:
            raise Mismatch("the contents of the compact-array do not fit its type description")
        rows: tuple[Pair, ...] = value.rows
        return rows
    raise Mismatch(f"{type_name(tag)} expected, {type_name(found)} found")


class Array:
    """Any number of elements of one shape."""

    container: Final = True

    def __init__(self, element: Shape) -> None:
        self.element = element

    def value(self, pair: Pair) -> Any:
        """A list."""
        if pair[0] in NULL:
            return None
        read = self.element.value
        found = []
        for index, element in enumerate(elements_of(pair, 1)):
            try:
                found.append(read(element))
            except Mismatch as problem:
                raise problem.inside(index) from None
        return found

    def words(self, pair: Pair) -> str:
        """The first elements, separated by semicolons."""
        if pair[0] in NULL:
            return NOTHING
        elements = elements_of(pair, 1)
        if not elements:
            return "empty"
        said = "; ".join(map(self.element.words, elements[:ELEMENTS_SAID]))
        more = len(elements) - ELEMENTS_SAID
        return f"{said}; {more} more" if more > 0 else said

    def parts(self, pair: Pair) -> tuple[Part, ...]:
        """One part for each element."""
        if pair[0] in NULL:
            return ()
        return tuple(part_of("", self.element, element) for element in elements_of(pair, 1))


def part_of(name: str, shape: Shape, pair: Pair) -> Part:
    """One element with its words, and the parts inside it."""
    return Part(name, shape.words(pair), shape.parts(pair) if shape.container else ())


class Structure:
    """Elements with names, of which the last may be absent.

    Attributes:
        fields: name and shape of each.
        least: how many must be there.
    """

    container: Final = True

    def __init__(self, fields: tuple[tuple[str, Shape], ...], least: int) -> None:
        self.fields = fields
        self.least = least

    def _elements(self, pair: Pair) -> tuple[Pair, ...]:
        elements = elements_of(pair, 2)
        if not self.least <= len(elements) <= len(self.fields):
            most = len(self.fields)
            wanted = str(most) if self.least == most else f"{self.least} to {most}"
            raise Mismatch(f"a structure of {wanted} elements expected, {len(elements)} found")
        return elements

    def value(self, pair: Pair) -> Any:
        """A dict by name."""
        if pair[0] in NULL:
            return None
        found = {}
        elements = self._elements(pair)
        for index, ((name, shape), element) in enumerate(zip(self.fields, elements, strict=False)):
            try:
                found[name] = shape.value(element)
            except Mismatch as problem:
                raise problem.inside(index) from None
        return found

    def words(self, pair: Pair) -> str:
        """Names and words, separated by commas."""
        if pair[0] in NULL:
            return NOTHING
        return ", ".join(
            f"{name.replace('_', ' ')} {'{' + shape.words(element) + '}' if shape.container else shape.words(element)}"
            for (name, shape), element in zip(self.fields, pair[1], strict=False)
        )

    def parts(self, pair: Pair) -> tuple[Part, ...]:
        """One part for each element."""
        if pair[0] in NULL:
            return ()
        return tuple(
            part_of(name, shape, element) for (name, shape), element in zip(self.fields, pair[1], strict=False)
        )


class Either:
    """One of several shapes; the first that fits."""

    container: Final = True

    def __init__(self, *shapes: Shape) -> None:
        self.shapes = shapes

    def _fitting(self, pair: Pair) -> tuple[Shape, Any]:
        problem = Mismatch("no shape")
        for shape in self.shapes:
            try:
                return shape, shape.value(pair)
            except Mismatch as found:
                problem = found
        raise problem

    def value(self, pair: Pair) -> Any:
        """What the first fitting shape reads."""
        return self._fitting(pair)[1]

    def words(self, pair: Pair) -> str:
        """What the first fitting shape says."""
        return self._fitting(pair)[0].words(pair)

    def parts(self, pair: Pair) -> tuple[Part, ...]:
        """The parts of the first fitting shape."""
        return self._fitting(pair)[0].parts(pair)


class Said:
    """A shape whose words are made by a function: people speak of a schedule differently than its elements do."""

    def __init__(self, shape: Shape, say: Say) -> None:
        self.shape = shape
        self.say = say
        self.container = shape.container

    def value(self, pair: Pair) -> Any:
        """As of the shape inside."""
        return self.shape.value(pair)

    def words(self, pair: Pair) -> str:
        """What the function makes of the value."""
        value = self.shape.value(pair)
        if value is None:
            return NOTHING
        try:
            return self.say(value)
        except TypeError:  # an element is null-data where people's words need one
            return self.shape.words(pair)

    def parts(self, pair: Pair) -> tuple[Part, ...]:
        """As of the shape inside."""
        return self.shape.parts(pair)


class Say(Protocol):
    """Makes words of a friendly value."""

    def __call__(self, value: Any) -> str:
        """The words."""
