"""The meters of a capture: one model each, found by system title, else by where the meter answers."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any, Final

from dlms_analyzer.cosem.model import MeterModel
from dlms_analyzer.cosem.names import Names

MAX_METERS: Final = 10_000
"""Meters remembered; of more, the ones met first are forgotten. A concentrator's capture shows a few thousand."""

FORMAT: Final = 1
_PORT: Final = re.compile(r"^(\[[^\]]*\]|[^:]*):\d+(?=/)")


class Meters:
    """Models by meter.

    A place is whatever tells servers apart: address, port and SAP. A system title goes before it, as a meter keeps it
    when its address changes; a place whose meter gave its title once leads to that meter from then on. A meter that
    opens connections itself, to push for example, has a place without a port: it is taken for the one that answers at
    a port of that address, if only one does.
    """

    __slots__ = ("_keys", "_models", "_ports", "called", "names")

    def __init__(self, names: Names | None = None, called: Mapping[str, str] | None = None) -> None:
        """Begin with no meter.

        Args:
            names: what objects are called.
            called: what the user calls meters, by system title in hex.
        """
        self.names = Names() if names is None else names
        self.called = {} if called is None else called
        self._models: dict[str, MeterModel] = {}
        self._keys: dict[str, str] = {}
        """Places that are not the key of their meter themselves, and that key: a title, or another place."""
        self._ports: dict[str, str] = {}
        """Places without their ports, and the place that has a port there; empty when several have."""

    def __len__(self) -> int:
        return len(self._models)

    def items(self) -> list[tuple[str, MeterModel]]:
        """Every meter's key, the title in hex or the place, and its model."""
        return list(self._models.items())

    def known(self, place: str, title: bytes | None = None) -> MeterModel | None:
        """The model of the meter at a place; None while nobody has asked to `find` it."""
        return self._models.get(title.hex() if title else self._key(place))

    def find(self, place: str, title: bytes | None = None) -> MeterModel:
        """The model of the meter at a place; a new one for a new meter."""
        if title:
            key = title.hex()
            if self._keys.get(place) != key:
                self._adopt(place, key)
        else:
            key = self._key(place)
            if key not in self._models:
                key = self._related(place)
        found = self._models.get(key)
        if found is None:
            found = self._add(key, MeterModel(self.names))
        return found

    def _key(self, place: str) -> str:
        key = self._keys.get(place, place)
        return self._keys.get(key, key)

    def meet(self, place: str) -> None:
        """A server was met at a place, whatever it has said: remember which place of an address has a port."""
        bare = _PORT.sub(r"\1", place)
        if bare == place or self._ports.get(bare) == place:
            return
        if len(self._ports) >= MAX_METERS:
            del self._ports[next(iter(self._ports))]
        self._ports[bare] = "" if bare in self._ports else place

    def _related(self, place: str) -> str:
        """The key of a place that is met first: that of the meter that is known with a port, or without."""
        bare = _PORT.sub(r"\1", place)
        if bare == place:
            key = self._key(self._ports.get(place) or place)
            if key != place:
                self._lead(place, key)
            return key
        is_only = bare not in self._ports
        self.meet(place)
        key = self._key(bare)
        if not is_only or key not in self._models:
            return place
        if key != bare:  # it has told its title
            self._lead(place, key)
            return key
        self._adopt(bare, place)
        return place

    def _lead(self, place: str, key: str) -> None:
        if len(self._keys) >= MAX_METERS:
            del self._keys[next(iter(self._keys))]
        self._keys[place] = key

    def call(self, key: str, name: str) -> None:
        """Call a meter so from now on.

        Args:
            key: its system title in hex.
            name: what the user calls it.
        """
        self.called = {**self.called, key: name}
        model = self._models.get(key)
        if model is not None:
            self._name(key, model)

    def _adopt(self, place: str, key: str) -> None:
        """The meter at a place is known by a better key: what was learnt before under the place is its."""
        self.meet(place)
        self._lead(place, key)
        if key not in self._models and place in self._models:
            model = self._models[key] = self._models.pop(place)
            self._name(key, model)

    def _add(self, key: str, model: MeterModel) -> MeterModel:
        if len(self._models) >= MAX_METERS:
            del self._models[next(iter(self._models))]
        self._models[key] = model
        self._name(key, model)
        return model

    def _name(self, key: str, model: MeterModel) -> None:
        model.key = key
        model.given_name = self.called.get(key, "")

    def to_dict(self) -> dict[str, Any]:
        """Everything that was learnt about every meter, JSON-able."""
        return {
            "format": FORMAT,
            "meters": {key: model.to_dict() for key, model in self._models.items()},
            "places": dict(self._keys),
        }

    @classmethod
    def from_dict(cls, content: Any, names: Names | None = None, called: Mapping[str, str] | None = None) -> Meters:
        """What `to_dict` wrote.

        Raises:
            ValueError: the content is none; says of which meter.
        """
        if not isinstance(content, dict) or content.get("format") != FORMAT:
            raise ValueError(f"no meter models of format {FORMAT}")
        found = cls(names, called)
        meters, places = content.get("meters") or {}, content.get("places") or {}
        if not isinstance(meters, dict) or not isinstance(places, dict):
            raise ValueError("meters and places must be tables")  # noqa: TRY004 - the caller's one error
        for key, one in meters.items():
            try:
                found._add(str(key), MeterModel.from_dict(one, found.names))
            except ValueError as problem:
                raise ValueError(f"meter {key}: {problem}") from None
        found._keys = {str(place): str(leads_to) for place, leads_to in places.items()}
        for place in (*found._models, *found._keys):
            found.meet(place)
        return found
