"""A meter model as JSON and back, so that a capture without the association view still decodes."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from dlms_analyzer.cosem.lists import Known
from dlms_analyzer.cosem.obis import dotted, parse
from dlms_analyzer.cosem.units import ScalerUnit
from scapy_layers.selective_access import CaptureObject

if TYPE_CHECKING:
    from dlms_analyzer.cosem.model import MeterModel

FORMAT: Final = 1
"""Number of the layout; another one is refused."""


def to_dict(model: MeterModel) -> dict[str, Any]:
    """Everything that a model has learnt."""
    return {
        "format": FORMAT,
        "logical_device_name": model.logical_device_name or None,
        "objects": [
            {
                "class_id": one.class_id,
                "version": one.version,
                "logical_name": dotted(one.logical_name),
                "base_name": one.base_name,
                "access": dict(one.access),
            }
            for one in model.objects.values()
        ],
        "scaler_units": [
            {"class_id": key[0], "logical_name": dotted(key[1]), "scaler": one.scaler, "unit": one.unit}
            for key, one in model.scaler_units.items()
        ],
        "capture_objects": [
            {"class_id": key[0], "logical_name": dotted(key[1]), "objects": _objects(one)}
            for key, one in model.capture_objects.items()
        ],
        "capture_periods": {dotted(name): seconds for name, seconds in model.capture_periods.items()},
        "push_objects": [
            {"logical_name": dotted(name), "objects": _objects(one)} for name, one in model.push_objects.items()
        ],
        "templates": {dotted(name): octets.hex() for name, octets in model.templates.items()},
        "monitored": [
            {"class_id": key[0], "logical_name": dotted(key[1]), "objects": _objects((one,))}
            for key, one in model.monitored.items()
        ],
    }


def _objects(objects: tuple[CaptureObject, ...]) -> list[list[Any]]:
    return [[one.class_id, dotted(one.logical_name), one.attribute_index, one.data_index] for one in objects]


def fill(model: MeterModel, content: Any) -> None:
    """Put saved knowledge into a model.

    Raises:
        ValueError: the content is none; says where.
    """
    if not isinstance(content, dict) or content.get("format") != FORMAT:
        raise ValueError(f"no meter model of format {FORMAT}")
    name = content.get("logical_device_name") or ""
    if not isinstance(name, str):
        raise ValueError("the logical_device_name of the meter model must be text")  # noqa: TRY004 - the one error
    model.logical_device_name = name
    for section, reader in (
        ("objects", _fill_objects),
        ("scaler_units", _fill_scalers),
        ("capture_objects", _fill_captures),
        ("capture_periods", _fill_periods),
        ("push_objects", _fill_pushes),
        ("templates", _fill_templates),
        ("monitored", _fill_monitored),
    ):
        try:
            reader(model, content.get(section) or ())
        except (ValueError, TypeError, KeyError, IndexError, AttributeError) as problem:
            raise ValueError(f"{section} of the meter model: {problem!r}") from None
    model.revision += 1


def _number(value: Any, least: int = 0, most: int = 0xFFFF) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or not least <= value <= most:
        raise ValueError(f"{value!r} is no number from {least} to {most}")
    return value


def _key(entry: dict[str, Any]) -> tuple[int, bytes]:
    return _number(entry["class_id"]), parse(entry["logical_name"])


def _captured(entry: list[Any]) -> CaptureObject:
    class_id, name, attribute, index = entry
    return CaptureObject(_number(class_id), parse(name), _number(attribute, -128, 255), _number(index))


def _fill_objects(model: MeterModel, entries: Any) -> None:
    for entry in entries:
        key = _key(entry)
        version, base_name = entry.get("version"), entry.get("base_name")
        access = tuple((str(member), _number(mode, 0, 255)) for member, mode in dict(entry.get("access") or {}).items())
        model.objects[key] = Known(
            *key,
            None if version is None else _number(version, 0, 255),
            None if base_name is None else _number(base_name),
            access,
        )


def _fill_scalers(model: MeterModel, entries: Any) -> None:
    for entry in entries:
        model.scaler_units[_key(entry)] = ScalerUnit(
            _number(entry["scaler"], -128, 127), _number(entry["unit"], 0, 255)
        )


def _fill_captures(model: MeterModel, entries: Any) -> None:
    for entry in entries:
        model.capture_objects[_key(entry)] = tuple(map(_captured, entry["objects"]))


def _fill_periods(model: MeterModel, entries: Any) -> None:
    for name, seconds in dict(entries).items():
        model.capture_periods[parse(name)] = _number(seconds, 0, 0xFFFF_FFFF)


def _fill_pushes(model: MeterModel, entries: Any) -> None:
    for entry in entries:
        model.push_objects[parse(entry["logical_name"])] = tuple(map(_captured, entry["objects"]))


def _fill_templates(model: MeterModel, entries: Any) -> None:
    for name, octets in dict(entries).items():
        model.templates[parse(name)] = bytes.fromhex(octets)


def _fill_monitored(model: MeterModel, entries: Any) -> None:
    for entry in entries:
        model.monitored[_key(entry)] = _captured(entry["objects"][0])
