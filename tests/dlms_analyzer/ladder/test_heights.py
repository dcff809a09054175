"""Heights: which thing stands at a line."""

from __future__ import annotations

from random import Random

import pytest

from dlms_analyzer.ladder.heights import BLOCK, Heights


def test_the_thing_at_every_line_is_found_after_any_change() -> None:
    random = Random(4059)
    heights = Heights()
    plain: list[int] = []
    for turn in range(3):
        for _ in range(BLOCK):
            plain.append(random.randrange(0, 4))
            heights.append(plain[-1])
        for _ in range(40):
            index = random.randrange(len(plain))
            plain[index] = random.randrange(0, 30)
            heights.change(index, plain[index])
            if turn:
                heights.at(random.randrange(heights.total))  # so that what was worked out is out of date at times
        lines = [(index, at) for index, height in enumerate(plain) for at in range(height)]
        assert heights.total == len(lines)
        assert [heights.at(line) for line in range(heights.total)] == lines
        assert [heights.start(index) for index in range(0, len(plain), 7)] == [
            sum(plain[:index]) for index in range(0, len(plain), 7)
        ]


def test_there_is_no_line_outside() -> None:
    heights = Heights()
    with pytest.raises(IndexError, match="there are 0"):
        heights.at(0)
    heights.append(2)
    assert (heights[0], len(heights), heights.at(1)) == (2, 1, (0, 1))
    for line in (-1, 2):
        with pytest.raises(IndexError, match="there are 2"):
            heights.at(line)
