"""Dots, signs and bars in characters."""

from __future__ import annotations

from tui.canvas import Canvas


def drawn(canvas: Canvas) -> list[str]:
    return ["".join(text for text, _ in row) for row in canvas.rows()]


def test_a_line_of_dots_goes_from_corner_to_corner() -> None:
    canvas = Canvas(2, 1)
    canvas.dots([(0, 0), (3, 3)], 1)
    assert drawn(canvas) == ["⠑⢄"]


def test_lines_that_cross_share_their_character() -> None:
    canvas = Canvas(1, 1)
    canvas.dots([(0, 0), (1, 0)], 1)
    canvas.dots([(0, 3), (1, 3)], 2)
    assert list(canvas.rows()) == [[("⣉", 2)]]


def test_a_bar_grows_in_eighths_from_where_it_begins() -> None:
    canvas = Canvas(3, 2)
    canvas.bar(0, 3, 0, 1)
    canvas.bar(1, 12, 0, 1)
    canvas.bar(2, 16, 8, 1)
    assert drawn(canvas) == [" ▄█", "▃█ "]


def test_what_lies_outside_is_left_out() -> None:
    canvas = Canvas(1, 1)
    canvas.dots([(-4, -4)], 1)
    canvas.signs([(5, 5)], "x", 1)
    canvas.bar(7, 8, 0, 1)
    assert drawn(canvas) == [" "]


def test_neighbours_of_one_ink_are_one_piece() -> None:
    canvas = Canvas(3, 1)
    canvas.signs([(0, 0), (2, 0)], "x", 3)
    assert list(canvas.rows()) == [[("xx", 3), (" ", 0)]]
