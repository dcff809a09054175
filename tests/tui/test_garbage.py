"""The garbage collector looks at everything only while nobody waits."""

from __future__ import annotations

import gc
import weakref
from collections.abc import Iterator

import pytest

from tui import garbage


@pytest.fixture(autouse=True)
def as_before() -> Iterator[None]:
    before = gc.get_threshold()
    yield
    gc.set_threshold(*before)
    gc.unfreeze()


class Ring:
    """Something that refers to itself."""

    def __init__(self) -> None:
        self.me = self


def aged(ring: Ring) -> weakref.ref[Ring]:
    """A ring that nobody holds any more and that has survived the looks at new objects."""
    gc.collect(0)
    gc.collect(1)
    return weakref.ref(ring)


def test_cycles_go_when_nobody_did_anything_for_a_while() -> None:
    garbage.begin()
    gone = aged(Ring())
    gc.collect(1)  # counts as one more look at those that are not new
    assert garbage.sweep(garbage.REST)
    assert gone() is None


def test_nothing_is_looked_at_while_somebody_works() -> None:
    garbage.begin()
    gone = aged(Ring())
    assert not garbage.sweep(garbage.REST / 2)
    assert gone() is not None


def test_what_survives_a_sweep_still_goes_with_its_last_reference() -> None:
    garbage.begin()
    kept = [object(), type("Kept", (), {})()]
    gc.collect(1)
    garbage.sweep(garbage.REST)
    gone = weakref.ref(kept[1])
    kept.clear()
    assert gone() is None
