"""Pictures of every screen for the user guide, by Textual itself: `make pictures` writes them to docs/pictures."""

from __future__ import annotations

import asyncio
import os
import re

from tests.support import CAPTURES, REPOSITORY
from tests.views import VIEWS, View, app_on, going_to

FOLDER = REPOSITORY / "docs" / "pictures"
SIZE = (112, 30)

FONT_FACES = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)
"""Rich has the fonts loaded from another site; the reader's own one does as well."""


async def picture(view: View) -> str:
    """The screen as SVG."""
    app = app_on(view.best_on)
    async with app.run_test(size=SIZE) as pilot:
        await going_to(view)(pilot)
        drawn = app.export_screenshot(title=f"dlms-analyzer {view.best_on.name}.pcap", simplify=True)
        app.close_session()
    return FONT_FACES.sub("", drawn)


def main() -> None:
    """Write all of them; what is no longer a view goes."""
    os.chdir(CAPTURES)
    FOLDER.mkdir(exist_ok=True)
    for old in FOLDER.glob("*.svg"):
        old.unlink()
    for view in VIEWS:
        (FOLDER / f"{view.name}.svg").write_text(asyncio.run(picture(view)), encoding="utf-8")


if __name__ == "__main__":
    main()
