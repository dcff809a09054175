"""date-time, date and time."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from dlms_analyzer.cosem.datetimes import Date, DateTime, Time, date_time_text, looks_like_date_time
from tests.support import Sidecar, sidecars


def text_of(octets: str) -> str:
    return DateTime.from_bytes(bytes.fromhex(octets)).text


@given(st.binary(min_size=12, max_size=12))
def test_any_twelve_octets_read_and_write_back(octets: bytes) -> None:
    found = DateTime.from_bytes(octets)
    assert found.to_bytes() == octets
    assert found.words.startswith(found.text)
    assert date_time_text(octets) == found.text
    moment = found.to_datetime()
    if found.iso is not None and moment is not None:
        assert datetime.fromisoformat(found.iso) == moment
    assert (moment is None) == (found.iso is None)


@given(st.integers(0, 2**32), st.sampled_from([-120, -60, 0, 60, -0x8000, 900]), st.sampled_from([0, 5, 255]))
def test_the_short_way_to_a_text_says_the_same(epoch: int, deviation: int, hundredths: int) -> None:
    start = datetime.fromtimestamp(epoch, UTC)
    time = Time(start.hour, start.minute, start.second, hundredths)
    found = DateTime(Date(start.year, start.month, start.day, start.isoweekday()), time, deviation, 0)
    assert date_time_text(found.to_bytes()) == found.text


@given(st.binary(min_size=5, max_size=5))
def test_any_five_octets_read_and_write_back_as_a_date(octets: bytes) -> None:
    assert Date.from_bytes(octets).to_bytes() == octets
    assert Date.from_bytes(octets).text


@given(st.binary(min_size=4, max_size=4))
def test_any_four_octets_read_and_write_back_as_a_time(octets: bytes) -> None:
    assert Time.from_bytes(octets).to_bytes() == octets
    assert Time.from_bytes(octets).text


@pytest.mark.parametrize("kind", [DateTime, Date, Time])
def test_another_number_of_octets_is_refused(kind: type[DateTime | Date | Time]) -> None:
    with pytest.raises(ValueError, match="not 3"):
        kind.from_bytes(b"\x00\x00\x00")


def test_deviation_counts_from_local_time_to_utc() -> None:
    winter = DateTime.from_bytes(bytes.fromhex("07ea0b16070c2517 00 ffc4 00"))
    assert winter.iso == "2026-11-22T12:37:23+01:00"
    moment = winter.to_datetime()
    assert moment is not None
    assert moment.astimezone(UTC).hour == 11
    assert winter.inverted.iso == "2026-11-22T12:37:23-01:00"


def test_status_and_day_of_the_week_are_said() -> None:
    words = DateTime.from_bytes(bytes.fromhex("07ea0b16070c2517 00 ff88 82")).words
    assert words == "2026-11-22T12:37:23+02:00, Sunday, deviation -120 min, doubtful value, daylight saving active"


def test_a_wrong_day_of_the_week_is_noticed() -> None:
    assert "Monday said, Sunday it is" in DateTime.from_bytes(bytes.fromhex("07ea0b16010c2517 00 8000 00")).words


@pytest.mark.parametrize(
    ("octets", "text"),
    [
        ("07ea0b16ff0c2517 05 8000 ff", "2026-11-22T12:37:23.05"),
        ("ffff fe fe 07 02 00 00 00 8000 ff", "*-(daylight saving begins)-(last Sunday) 02:00:00"),
        ("ffff 0a fe 07 03 00 00 00 8000 ff", "*-10-(last Sunday) 03:00:00"),
        ("ffff ff fd ff ff ff ff ff 8000 ff", "*-*-second-last any time"),
        ("ffff ff ff ff ff ff ff ff 8000 ff", "any day any time"),
        ("ffff ff 01 ff 00 00 00 00 8000 ff", "*-*-01 00:00:00"),
        ("07ea 02 1f ff 00 00 00 00 8000 ff", "2026-02-31 00:00:00 (invalid: day 31 of month 2)"),
        ("07ea 02 01 ff 19 00 00 00 8000 ff", "2026-02-01 25:00:00 (invalid: hour 25)"),
        ("07ea 02 01 ff 0c 1e ff ff ffc4 00", "2026-02-01 12:30:* deviation -60 min"),
        ("07ea 02 01 ff 0c 1e 00 00 7fff 00", "2026-02-01T12:30:00 (invalid: deviation 32767)"),
    ],
)
def test_what_is_open_special_or_impossible_is_spelled_out(octets: str, text: str) -> None:
    assert text_of(octets) == text


@given(st.integers(0, 5 * 10**9), st.integers(0, 10**7))
def test_a_moment_moves_on_by_seconds(epoch: int, seconds: int) -> None:
    start = datetime.fromtimestamp(epoch, UTC)
    date = Date(start.year, start.month, start.day, start.isoweekday())
    later = DateTime(date, Time(start.hour, start.minute, start.second, 0), 0, 0).after(seconds)
    assert later is not None
    assert later.to_datetime() == start + timedelta(seconds=seconds)
    assert later.date.weekday == (start + timedelta(seconds=seconds)).isoweekday()


def test_an_open_moment_does_not_move() -> None:
    assert DateTime().after(900) is None
    assert DateTime(Date(9999, 12, 31), Time(23, 59, 59, 0)).after(900) is None


def test_text_of_twelve_octets_is_not_taken_for_a_date_time() -> None:
    assert looks_like_date_time(bytes.fromhex("07ea0b16070c251700ffc400"))
    assert not looks_like_date_time(b"GRX123456789")
    assert not looks_like_date_time(bytes(12))
    assert not looks_like_date_time(b"\xff" * 12)


@pytest.mark.parametrize("sidecar", sidecars(), ids=lambda sidecar: sidecar.name)
def test_clocks_read_as_the_client_read_them(sidecar: Sidecar) -> None:
    for session in sidecar.load().get("sessions") or ():
        for value in session.get("values") or ():
            raw, said = value.get("raw"), value.get("value")
            if isinstance(raw, dict) and isinstance(said, dict) and "iso" in said and len(raw["hex"]) == 24:
                ours = DateTime.from_bytes(bytes.fromhex(raw["hex"])).to_datetime()
                assert ours is not None
                assert ours.replace(tzinfo=None) == datetime.fromisoformat(said["iso"]).replace(tzinfo=None)
