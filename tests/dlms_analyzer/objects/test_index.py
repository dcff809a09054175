"""All meters of a capture, gathered in steps."""

from __future__ import annotations

from pathlib import Path

from dlms_analyzer.capture import open_capture
from dlms_analyzer.capture.key_files import load_keys_file
from dlms_analyzer.cosem.meters import Meters
from dlms_analyzer.index import IndexedCapture
from dlms_analyzer.objects import AttributeRef, ObjectIndex
from dlms_analyzer.objects import index as module
from dlms_analyzer.security.keyring import Keyring
from tests.dlms_analyzer.objects.talking import CLOCK, ENERGY, KWH, gathered, get, numbers, push
from tests.dlms_analyzer.script import Script
from tests.support import CAPTURES

VALUE = AttributeRef(3, ENERGY, None, 2)
TITLE = b"ABC\x00\x00\x00\x00\x01"


def test_gathering_can_be_stopped_and_goes_on_where_it_stood(tmp_path: Path) -> None:
    script = Script()
    for _ in range(module.STEP):
        get(script, 3, ENERGY, 2, (6, 5))
    index = ObjectIndex(script.index(tmp_path), Meters())
    steps = index.gather()
    first = next(steps)
    steps.close()
    assert (first.done, first.total, first.values) == (module.STEP, 2 * module.STEP, module.STEP // 2)
    *_, last = index.gather()
    assert (last.done, last.values) == (2 * module.STEP, module.STEP)
    assert numbers(index.meters[0], [VALUE]) == [list(range(2, 2 * module.STEP + 1, 2))]
    assert [progress.values for progress in index.gather()] == [module.STEP]


def test_stopping_behind_a_message_that_was_looked_at_counts_it_once(tmp_path: Path) -> None:
    script = Script()
    for _ in range(100):
        push(script, (9, ENERGY), (6, 5))
    index = ObjectIndex(script.index(tmp_path), Meters())
    while index.progress.done < 100:
        steps = index.gather()
        next(steps)
        steps.close()
    assert numbers(index.meters[0], [VALUE]) == [list(range(1, 101))]


def test_clients_of_a_meter_share_its_objects_and_meters_are_told_apart_by_their_place(tmp_path: Path) -> None:
    one, other = Script(), Script(40_001)
    get(one, 3, ENERGY, 2, (6, 1), client=16)
    get(one, 3, ENERGY, 2, (6, 2), client=32)
    get(other, 3, ENERGY, 2, (6, 3), client=16)
    one.packets += other.packets
    (meter,) = gathered(one, tmp_path).meters
    assert (meter.model.called, meter.values, numbers(meter, [VALUE])) == ("192.0.2.7:4059/1", 3, [[2, 4, 6]])


def test_meters_behind_one_address_do_not_lend_each_other_their_scalers(tmp_path: Path) -> None:
    one, other = Script(), Script(40_001, server_port=4_061)
    get(one, 3, ENERGY, 3, KWH)
    get(one, 3, ENERGY, 2, (6, 1))
    get(other, 3, ENERGY, 2, (6, 1))
    one.packets += other.packets
    values = [meter.latest(VALUE) for meter in gathered(one, tmp_path).meters]
    assert [None if value is None else value.shown.words for value in values] == [
        "1 kWh", "1 (scaler and unit not seen)"
    ]  # fmt: skip


def test_blocks_that_carry_a_push_are_a_value_of_the_last_one(tmp_path: Path) -> None:
    script = Script()
    body = b"\x0f\x00\x00\x00\x01\x00\x02\x02\x09\x06" + ENERGY + b"\x06\x00\x00\x00\x07"
    script.server(b"\xe0\x00\x00\x01\x00\x00" + bytes((12,)) + body[:12])
    rest = body[12:]
    script.server(b"\xe0\x80\x00\x02\x00\x00" + bytes((len(rest),)) + rest)
    meter = gathered(script, tmp_path).meters[0]
    assert numbers(meter, [VALUE]) == [[2]]
    found = meter.latest(VALUE)
    assert found is not None
    assert found.data == (6, 7)


def test_a_meter_that_gives_its_title_at_another_address_first_is_one_meter(tmp_path: Path) -> None:
    script = Script()
    get(script, 3, ENERGY, 2, (6, 1))
    get(script, 8, CLOCK, 2, (9, bytes(12)))
    meters = Meters()
    index = ObjectIndex(script.index(tmp_path), meters)
    for _ in index.gather():
        pass
    (lonely,) = index.meters
    meters.find("198.51.100.1/1", TITLE)
    meters.find("192.0.2.7:4059/1", TITLE)  # a later association at the place of the lonely one
    for _ in index.gather():
        pass
    (meter,) = index.meters
    assert meter is not lonely
    assert (meter.model.key, meter.values) == (TITLE.hex(), 2)
    assert numbers(meter, [VALUE, AttributeRef(8, CLOCK, None, 2)]) == [[2], [4]]


def test_an_index_is_outdated_when_keys_have_opened_more(tmp_path: Path) -> None:
    path = CAPTURES / "ln_wrapper_gmac_glo.pcap"
    capture = IndexedCapture(open_capture(path))
    for _ in capture.read():
        pass
    index = ObjectIndex(capture, Meters())
    assert not index.outdated
    keys = Keyring()
    load_keys_file(keys, str(path.with_suffix(".keys.toml")), {})
    for _ in capture.add_keys(*keys):
        pass
    assert index.outdated
    assert not ObjectIndex(capture, Meters()).outdated
