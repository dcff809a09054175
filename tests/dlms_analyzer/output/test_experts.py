"""The guide lists every expert code there is."""

from __future__ import annotations

from dlms_analyzer.output import experts
from tests.support import REPOSITORY


def test_the_page_in_the_docs_is_the_one_that_the_codes_make() -> None:
    page = (REPOSITORY / "docs" / "experts.md").read_text(encoding="utf-8")
    assert page == experts.page(), "run: python -m dlms_analyzer.output.experts > docs/experts.md"
