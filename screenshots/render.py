"""Draws every picture of this folder from the running app on the sample logs: `python screenshots/render.py`.

SVG comes from the app itself; PNG as well where `rsvg-convert` (Debian: librsvg2-bin) is installed.
"""

from __future__ import annotations

import asyncio
import os
import re
import shutil
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from tui.ui.app import GuardiaApp

HERE = Path(__file__).resolve().parent
SAMPLES = HERE.parent / "sample_logs"
sys.path.insert(0, str(HERE.parent))
os.environ.update(COLORTERM="truecolor", TERM="xterm-256color")


@dataclass(frozen=True)
class Picture:
    """One picture: which log at which moment, in which language, size and look, after which keys."""

    name: str
    log: str
    at: str
    size: tuple[int, int]
    lang: str = "en"
    look: str = "dark"
    color: bool = True
    keys: tuple[str, ...] = ()
    deploys: str = ""
    """Lines of a file that tells of deploys."""


OUTAGE, CALM, COMBINED = "auth-outage.ndjson.gz", "calm.ndjson.gz", "combined.ndjson.gz"
DRILL = "auth-outage"
"""A scenario instead of a log: played as in a drill."""
TAKEN = ("a", "enter", "enter")
"""Keys that declare and acknowledge what is suggested."""
SOONER = ("4", "W", *["backspace"] * 3, "5", "m")
"""Keys that try half the time to wait for the fourth metric's rule."""
RELEASED = "2026-03-02T02:02:00Z backend api 4.2.0"
FIRING, QUIET, BOTH = "2026-03-02T02:07:00Z", "2026-03-02T02:30:00Z", "2026-03-02T02:17:00Z"

ENDED = "2026-03-02T02:40:00Z"
"""When all of it is over."""

PICTURES = (
    Picture("board-outage-160x45", OUTAGE, FIRING, (160, 45)),
    Picture("board-outage-160x45-es", OUTAGE, FIRING, (160, 45), lang="es"),
    Picture("board-outage-160x45-light", OUTAGE, FIRING, (160, 45), look="light"),
    Picture("board-outage-160x45-nocolor", OUTAGE, FIRING, (160, 45), color=False),
    Picture("board-combined-160x45", COMBINED, BOTH, (160, 45)),
    Picture("board-calm-160x45", CALM, QUIET, (160, 45)),
    Picture("board-outage-100x30", OUTAGE, FIRING, (100, 30)),
    Picture("board-outage-80x24", OUTAGE, FIRING, (80, 24)),
    Picture("board-outage-80x24-es", OUTAGE, FIRING, (80, 24), lang="es"),
    Picture("command-160x45", OUTAGE, FIRING, (160, 45), keys=(*TAKEN, "p")),
    Picture("command-160x45-es", OUTAGE, FIRING, (160, 45), lang="es", keys=(*TAKEN, "p")),
    Picture("command-100x30", OUTAGE, FIRING, (100, 30), keys=(*TAKEN, "p")),
    Picture("command-240x70", COMBINED, BOTH, (240, 70), keys=(*TAKEN, "p")),
    Picture("command-240x70-es", COMBINED, BOTH, (240, 70), lang="es", look="light", keys=(*TAKEN, "p")),
    Picture("command-80x24", OUTAGE, FIRING, (80, 24), keys=(*TAKEN, "t")),
    Picture("closure-100x30", OUTAGE, FIRING, (100, 30), keys=(*TAKEN, "c", "c")),
    Picture("closure-160x45-es", OUTAGE, FIRING, (160, 45), lang="es", keys=(*TAKEN, "c", "c")),
    Picture("declare-160x45", OUTAGE, FIRING, (160, 45), keys=("d",)),
    Picture("metric-100x30", OUTAGE, FIRING, (100, 30), keys=("1", "1")),
    Picture("whatif-160x45", COMBINED, ENDED, (160, 45), keys=SOONER),
    Picture("whatif-80x24-es", COMBINED, ENDED, (80, 24), lang="es", keys=SOONER),
    Picture("compare-160x45", COMBINED, ENDED, (160, 45), keys=("C",), deploys=RELEASED),
    Picture("compare-100x30-es", COMBINED, ENDED, (100, 30), lang="es", keys=("C",), deploys=RELEASED),
    Picture("board-deploy-160x45", COMBINED, BOTH, (160, 45), deploys=RELEASED),
    Picture("drill-160x45", DRILL, FIRING, (160, 45), keys=(*TAKEN, "p")),
    Picture("drill-160x45-es", DRILL, FIRING, (160, 45), lang="es", keys=(*TAKEN, "p")),
    Picture("trace-100x30", OUTAGE, FIRING, (100, 30), keys=("x", "enter")),
    Picture("help-100x30", OUTAGE, FIRING, (100, 30), keys=("question_mark",)),
)


async def draw(picture: Picture) -> str:
    """The picture as SVG."""
    from datetime import UTC, datetime

    from tui import locale
    from tui.drill.live import live
    from tui.logs.opening import SourceSet
    from tui.runbook.load import load_runbook
    from tui.session.clock import Cursor
    from tui.session.command_post import CommandPost, Place
    from tui.session.deploys import Elsewhere
    from tui.session.engine import Engine
    from tui.session.reader import FixedSources
    from tui.ui.app import GuardiaApp

    locale.use(picture.lang)
    at = datetime.fromisoformat(picture.at)
    runbook = load_runbook(None, picture.lang)
    if picture.log == DRILL:
        source = FixedSources(live(DRILL, 5, lambda: at))
        engine = Engine(runbook, source, clock=Cursor(at), mode="drill", zone=UTC)
    else:
        sources = SourceSet([str(SAMPLES / picture.log)], live=False)
        engine = Engine(runbook, sources, clock=Cursor(at), mode="review", zone=UTC, opening=lambda _end: at)
    engine.drain()
    with TemporaryDirectory() as folder:
        file = Path(folder) / "deploys.txt"
        file.write_text(picture.deploys)
        place = Place(Path(folder) / "data", ("ana",), elsewhere=Elsewhere(file=file))
        post = CommandPost(engine, place, wall=Cursor(at))
        look: Literal["light", "dark"] = "light" if picture.look == "light" else "dark"
        return await shot(GuardiaApp(post, look=look, color=picture.color), picture)


async def shot(app: GuardiaApp, picture: Picture) -> str:
    """Press the keys and take the picture."""
    async with app.run_test(size=picture.size) as pilot:
        while "UTC" not in app.export_screenshot():
            await pilot.pause(0.1)
        await pilot.pause(1.0)
        for key in picture.keys:
            await pilot.press(key)
            await pilot.pause(0.8)
        svg = app.export_screenshot(title="guardia")
    # Without this, runs of spaces collapse; and a picture should not fetch its font from somewhere.
    kept = svg.replace("<text ", '<text xml:space="preserve" ')
    return re.sub(r"@font-face \{.*?\}", "", kept, flags=re.DOTALL).replace("Fira Code", "DejaVu Sans Mono")


def main() -> None:
    """Draw all pictures, or only those named on the command line."""
    wanted = sys.argv[1:]
    for picture in PICTURES:
        if wanted and picture.name not in wanted:
            continue
        svg = HERE / f"{picture.name}.svg"
        svg.write_text(asyncio.run(draw(picture)))
        if shutil.which("rsvg-convert"):
            subprocess.run(["rsvg-convert", "--width", "1440", "-o", svg.with_suffix(".png"), svg], check=True)  # noqa: S603, S607
        print(svg.name)  # noqa: T201


if __name__ == "__main__":
    main()
