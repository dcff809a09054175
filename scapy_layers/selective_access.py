"""Selective access (Blue Book, classes Profile generic and Association LN): typed views of the access parameters.

On the wire the parameters are one `Data`; which structure it has depends on class, attribute and selector.
`parse` gives the typed view, or the `Data` as it is where there is none.
"""

from __future__ import annotations

from typing import Any, NamedTuple, TypeAlias

from scapy_layers.cosem_fields import date_time_text, logical_name_text
from scapy_layers.data import Data, DataPair, data_text
from scapy_layers.interface_classes import CLASS_NAMES

NULL_DATA, ARRAY, STRUCTURE, OCTET_STRING, INTEGER, LONG_UNSIGNED, DOUBLE_LONG_UNSIGNED = 0, 1, 2, 9, 15, 18, 6

PROFILE_GENERIC = 7
BUFFER = 2
RANGE_SELECTOR = 1
ENTRY_SELECTOR = 2

ASSOCIATION_LN = 15
OBJECT_LIST = 2


class CaptureObject(NamedTuple):
    """capture_object_definition: an attribute that a profile captures.

    Attributes:
        class_id: its interface class.
        logical_name: its logical name, six octets.
        attribute_index: which attribute.
        data_index: which element of it; 0 is the whole attribute.
    """

    class_id: int
    logical_name: bytes
    attribute_index: int
    data_index: int = 0

    def to_data(self) -> DataPair:
        """The `Data` on the wire."""
        return (
            STRUCTURE,
            (
                (LONG_UNSIGNED, self.class_id),
                (OCTET_STRING, self.logical_name),
                (INTEGER, self.attribute_index),
                (LONG_UNSIGNED, self.data_index),
            ),
        )

    @classmethod
    def from_data(cls, data: DataPair) -> CaptureObject:
        """Read it from `Data`.

        Raises:
            ValueError: another structure.
        """
        class_id, name, attribute, index = _structure(data, 4)
        return cls(
            _value(class_id, LONG_UNSIGNED),
            _value(name, OCTET_STRING),
            _value(attribute, INTEGER),
            _value(index, LONG_UNSIGNED),
        )

    def __str__(self) -> str:
        index = f".{self.data_index}" if self.data_index else ""
        return f"{logical_name_text(self.logical_name)} class {self.class_id} attr {self.attribute_index}{index}"


class RangeDescriptor(NamedTuple):
    """range_descriptor: the rows of a profile whose restricting column lies between two values.

    Attributes:
        restricting_object: the column, most often the clock.
        from_value: smallest value, as `Data`.
        to_value: largest value, as `Data`.
        selected_values: the columns wanted; none means all.
    """

    restricting_object: CaptureObject
    from_value: DataPair
    to_value: DataPair
    selected_values: tuple[CaptureObject, ...] = ()

    def to_data(self) -> DataPair:
        """The `Data` on the wire."""
        selected = (ARRAY, tuple(one.to_data() for one in self.selected_values))
        return STRUCTURE, (self.restricting_object.to_data(), self.from_value, self.to_value, selected)

    @classmethod
    def from_data(cls, data: DataPair) -> RangeDescriptor:
        """Read it from `Data`.

        Raises:
            ValueError: another structure.
        """
        restricting, from_value, to_value, selected = _structure(data, 4)
        columns = _value(selected, ARRAY)
        return cls(
            CaptureObject.from_data(restricting), from_value, to_value, tuple(map(CaptureObject.from_data, columns))
        )

    def __str__(self) -> str:
        columns = f", {len(self.selected_values)} columns" if self.selected_values else ""
        return f"{_moment(self.from_value)} to {_moment(self.to_value)} by {self.restricting_object}{columns}"


class EntryDescriptor(NamedTuple):
    """entry_descriptor: rows and columns of a profile by number, from 1.

    Attributes:
        from_entry: first row.
        to_entry: last row; 0 is the last there is.
        from_selected_value: first column.
        to_selected_value: last column; 0 is the last there is.
    """

    from_entry: int
    to_entry: int = 0
    from_selected_value: int = 1
    to_selected_value: int = 0

    def to_data(self) -> DataPair:
        """The `Data` on the wire."""
        return (
            STRUCTURE,
            (
                (DOUBLE_LONG_UNSIGNED, self.from_entry),
                (DOUBLE_LONG_UNSIGNED, self.to_entry),
                (LONG_UNSIGNED, self.from_selected_value),
                (LONG_UNSIGNED, self.to_selected_value),
            ),
        )

    @classmethod
    def from_data(cls, data: DataPair) -> EntryDescriptor:
        """Read it from `Data`.

        Raises:
            ValueError: another structure.
        """
        first, last, from_column, to_column = _structure(data, 4)
        return cls(
            _value(first, DOUBLE_LONG_UNSIGNED),
            _value(last, DOUBLE_LONG_UNSIGNED),
            _value(from_column, LONG_UNSIGNED),
            _value(to_column, LONG_UNSIGNED),
        )

    def __str__(self) -> str:
        rows = f"entries {self.from_entry} to {self.to_entry or 'last'}"
        return f"{rows}, columns {self.from_selected_value} to {self.to_selected_value or 'last'}"


class WithoutAccessRights(NamedTuple):
    """All objects of an association, without what may be done with them."""

    def to_data(self) -> DataPair:
        """The `Data` on the wire."""
        return NULL_DATA, None

    @classmethod
    def from_data(cls, data: DataPair) -> WithoutAccessRights:
        """Read it from `Data`.

        Raises:
            ValueError: another type.
        """
        _value(data, NULL_DATA)
        return cls()

    def __str__(self) -> str:
        return "without access rights"


class ClassList(NamedTuple):
    """class_list: the objects of an association that are of some classes.

    Attributes:
        class_ids: the classes.
    """

    class_ids: tuple[int, ...]

    def to_data(self) -> DataPair:
        """The `Data` on the wire."""
        return ARRAY, tuple((LONG_UNSIGNED, class_id) for class_id in self.class_ids)

    @classmethod
    def from_data(cls, data: DataPair) -> ClassList:
        """Read it from `Data`.

        Raises:
            ValueError: another structure.
        """
        return cls(tuple(_value(one, LONG_UNSIGNED) for one in _value(data, ARRAY)))

    def __str__(self) -> str:
        return "of " + (", ".join(CLASS_NAMES.get(one, f"class {one}") for one in self.class_ids) or "no class")


class ObjectId(NamedTuple):
    """object_id: one object of an association, with its access rights.

    Attributes:
        class_id: its interface class.
        logical_name: its logical name, six octets.
    """

    class_id: int
    logical_name: bytes

    def to_data(self) -> DataPair:
        """The `Data` on the wire."""
        return STRUCTURE, ((LONG_UNSIGNED, self.class_id), (OCTET_STRING, self.logical_name))

    @classmethod
    def from_data(cls, data: DataPair) -> ObjectId:
        """Read it from `Data`.

        Raises:
            ValueError: another structure.
        """
        class_id, name = _structure(data, 2)
        return cls(_value(class_id, LONG_UNSIGNED), _value(name, OCTET_STRING))

    def __str__(self) -> str:
        return f"{logical_name_text(self.logical_name)} ({CLASS_NAMES.get(self.class_id, f'class {self.class_id}')})"


class ObjectIdList(NamedTuple):
    """object_Id_list: some objects of an association.

    Attributes:
        objects: the objects.
    """

    objects: tuple[ObjectId, ...]

    def to_data(self) -> DataPair:
        """The `Data` on the wire."""
        return ARRAY, tuple(one.to_data() for one in self.objects)

    @classmethod
    def from_data(cls, data: DataPair) -> ObjectIdList:
        """Read it from `Data`.

        Raises:
            ValueError: another structure.
        """
        return cls(tuple(map(ObjectId.from_data, _value(data, ARRAY))))

    def __str__(self) -> str:
        return ", ".join(map(str, self.objects)) or "no object"


class RawParameters(NamedTuple):
    """Access parameters without a typed view.

    Attributes:
        data: as on the wire.
    """

    data: DataPair

    def to_data(self) -> DataPair:
        """The `Data` on the wire."""
        return self.data

    def __str__(self) -> str:
        return data_text(self.data)


VIEWS: dict[tuple[int, int, int], Any] = {
    (PROFILE_GENERIC, BUFFER, RANGE_SELECTOR): RangeDescriptor,
    (PROFILE_GENERIC, BUFFER, ENTRY_SELECTOR): EntryDescriptor,
    (ASSOCIATION_LN, OBJECT_LIST, 1): WithoutAccessRights,
    (ASSOCIATION_LN, OBJECT_LIST, 2): ClassList,
    (ASSOCIATION_LN, OBJECT_LIST, 3): ObjectIdList,
    (ASSOCIATION_LN, OBJECT_LIST, 4): ObjectId,
}
"""Class, attribute and selector to the typed view."""


View: TypeAlias = RangeDescriptor | EntryDescriptor | WithoutAccessRights | ClassList | ObjectIdList | ObjectId


def parse(class_id: int, attribute_id: int, selector: int, parameters: DataPair | Data) -> View | RawParameters:
    """The typed view of access parameters; raw where there is none, or where they have another structure."""
    pair = parameters.pair if isinstance(parameters, Data) else parameters
    view = VIEWS.get((class_id, attribute_id, selector))
    if view is not None:
        try:
            found: View = view.from_data(pair)
        except ValueError:
            return RawParameters(pair)
        return found
    return RawParameters(pair)


def _structure(data: DataPair, size: int) -> tuple[DataPair, ...]:
    elements: tuple[DataPair, ...] = _value(data, STRUCTURE)
    if len(elements) != size:
        raise ValueError(f"a structure of {len(elements)} elements, not {size}")
    return elements


def _value(data: DataPair, tag: int) -> Any:
    if data[0] != tag:
        raise ValueError(f"type {data[0]}, not {tag}")
    return data[1]


def _moment(data: DataPair) -> str:
    """A date-time in an octet-string as a time; anything else as it is."""
    tag, value = data
    return date_time_text(value) if tag in (OCTET_STRING, 25) and len(value) == 12 else data_text(data)
