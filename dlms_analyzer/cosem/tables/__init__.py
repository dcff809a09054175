"""Tables of facts, one TSV file each, which says at its top where its rows come from.

A line that starts with `#` is a remark; the first other line names the columns.
"""

from __future__ import annotations

from collections.abc import Iterator
from functools import cache
from importlib.resources import files


def rows(name: str) -> Iterator[dict[str, str]]:
    """The rows of the table `name`, each by column name.

    Example:
        >>> next(rows("units"))
        {'unit': '1', 'symbol': 'a', 'quantity': 'time', 'name': 'year'}
    """
    lines = _lines(name)
    columns = lines[0].split("\t")
    for line in lines[1:]:
        yield dict(zip(columns, line.split("\t"), strict=True))


@cache
def _lines(name: str) -> tuple[str, ...]:
    text = files(__name__).joinpath(f"{name}.tsv").read_text(encoding="utf-8")
    return tuple(line for line in text.splitlines() if line and not line.startswith("#"))
