"""The tables of the keys screen: meters with what they need and have, and key sets with what they open."""

from __future__ import annotations

from typing import Final, NamedTuple

from dlms_analyzer.security.key_check import Meter, State, keys_dict
from dlms_analyzer.security.key_survey import KeySurvey, Need
from dlms_analyzer.security.keys import KeySet, Secret
from dlms_analyzer.words import counted
from tui.widgets.table import Column

_ROLES: Final = {
    State.WRONG: "error",
    State.MISSING: "locked",
    State.PARTLY: "warning",
    State.NOT_VERIFIED: "note",
    State.VERIFIED: "ok",
}
_WORST_FIRST: Final = tuple(State)
NOT_SHOWN: Final = "********"
"""Stands for a secret, whatever its length."""


class MeterRow(NamedTuple):
    """A meter of the capture.

    Attributes:
        meter: with its keys.
        needs: what it takes to open it.
    """

    meter: Meter
    needs: tuple[Need, ...]

    @property
    def settings(self) -> tuple[str, ...]:
        """The settings of a keys file that open it."""
        return tuple(dict.fromkeys(setting for need in self.needs for setting in need.settings))


class KeySetRow(NamedTuple):
    """A key set at hand.

    Attributes:
        keys: the set.
        fits: how many meters it is for.
        opens: of how many of them it opens something.
        learnt: the capture taught it.
        show_secrets: its secrets are shown.
    """

    keys: KeySet
    fits: int
    opens: int
    learnt: bool
    show_secrets: bool


def meter_rows(survey: KeySurvey) -> list[MeterRow]:
    """The meters of a survey, worst first."""
    rows = [MeterRow(meter, tuple(survey.needs(meter))) for meter in survey.found.meters]
    return sorted(rows, key=lambda row: _WORST_FIRST.index(row.meter.state))


def key_set_rows(survey: KeySurvey, keyring: list[KeySet], *, show_secrets: bool) -> list[KeySetRow]:
    """All key sets, in the order in which they came."""
    found: dict[int, list[Meter]] = {}
    for meter in survey.found.meters:
        for keys in meter.keys:
            found.setdefault(id(keys), []).append(meter)
    rows = []
    for keys in keyring:
        meters = found.get(id(keys), [])
        opened = sum(bool(meter.opened or meter.not_verified) for meter in meters) if _can_open(keys) else 0
        rows.append(KeySetRow(keys, len(meters), opened, keys.since > 0, show_secrets))
    return rows


def _can_open(keys: KeySet) -> bool:
    """Whether anything can be deciphered with a set: a password and what checks signatures open nothing."""
    return any(name != "password" and not name.endswith("_signing_cert") for name in keys.keys)


def role_of(state: State) -> str:
    """The role whose style tells how a meter stands."""
    return _ROLES[state]


def meter_name(meter: Meter) -> str:
    """What to call a meter in a sentence."""
    title = meter.title.hex().upper() if meter.title is not None else "with a system title not seen"
    where = "" if not meter.address else f" at {meter.address}, SAP {meter.sap}"
    name = f"{meter.name} " if meter.name else ""
    return f"{name}{title}{where}"


def _keys_text(row: KeySetRow) -> str:
    keys = row.keys
    if not row.show_secrets:
        return "  ".join(f"{name} {NOT_SHOWN}" if _is_secret(keys, name) else name for name in keys.keys) or "none"
    return "  ".join(f"{name} {value}" for name, value in keys_dict(keys, show_secrets=True)["has"].items()) or "none"


def _is_secret(keys: KeySet, name: str) -> bool:
    return isinstance(getattr(keys, name), Secret)


def _use(row: KeySetRow) -> str:
    if row.opens and row.opens == row.fits:
        return counted(row.opens, "meter")
    if row.fits:
        return f"{row.opens or 'none'} of {row.fits}"
    return "replaced" if row.learnt else "not used"


METER_COLUMNS: Final[tuple[Column[MeterRow], ...]] = (
    Column("state", "State", 13, lambda row: row.meter.state.value, lambda row: role_of(row.meter.state)),
    Column("title", "System title", 16, lambda row: (row.meter.title or b"").hex().upper() or "not seen"),
    Column("name", "Name", 8, lambda row: row.meter.name or "", grow=2, rank=5),
    Column("address", "Address", 11, lambda row: row.meter.address, grow=1, rank=3),
    Column("sap", "SAP", 5, lambda row: "" if row.meter.sap is None else str(row.meter.sap), right=True,
                     rank=4),
    Column("needs", "Needs", 8, lambda row: " ".join(row.settings), grow=1),
    Column("has", "Has", 8, lambda row: _has(row.meter), grow=1, rank=6),
    Column("verified", "Verified", 8, lambda row: f"{row.meter.opened:,}", right=True, rank=1),
    Column("not-verified", "Not ver.", 8, lambda row: f"{row.meter.not_verified:,}", right=True, rank=2),
    Column("failed", "Failed", 7, lambda row: f"{row.meter.failed:,}",
                     lambda row: "error" if row.meter.failed else "", right=True, rank=1),
)  # fmt: skip


def _has(meter: Meter) -> str:
    learnt = any(keys.since for keys in meter.keys)
    names = " ".join(dict.fromkeys(name for keys in meter.keys for name in keys.keys))
    return f"{names} (learnt)" if learnt else names or "nothing"


KEY_SET_COLUMNS: Final[tuple[Column[KeySetRow], ...]] = (
    Column("label", "Keys of", 16, lambda row: row.keys.label, grow=1),
    Column("use", "Open", 10, _use, lambda row: "ok" if row.opens else "warning"),
    Column("selectors", "Selectors", 12, lambda row: _selectors(row.keys), grow=1, rank=2),
    Column("keys", "Keys", 20, _keys_text, grow=3),
    Column("origin", "From", 16, lambda row: row.keys.origin, lambda _: "dim", grow=1, rank=1),
)


def _selectors(keys: KeySet) -> str:
    return (
        ", ".join(
            f"{name} {value.hex().upper() if isinstance(value, bytes) else value}"
            for name, value in keys.selectors.items()
        )
        or "every meter"
    )
