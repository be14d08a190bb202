"""A program of its own: reads what to draw from its input, writes a PNG to its output.

It is no part of the bot's process, and imports nothing of it: what draws takes 70 MB and a second
of a core, and a mistake in it takes only itself down. It sets its own limits first.
"""

from __future__ import annotations

import io
import json
import resource
import sys
import warnings
from typing import Any

MEMORY, CPU = 1024**3, 20  # bytes of address space, seconds
LARGEST = 4 * 1024 * 1024  # bytes of the input
WIDTH, PLOT, HEAD, LEGEND = (
    390,
    250,
    44,
    26,
)  # pixels as a phone counts them; a legend's is a line's
SCALE = 3  # of a phone's screen
LETTER = 15  # pixels
EDGE = 0.06  # of the width, at its end: the name of a time there would be cut
PAPER, INK, GRID = "#f7f7f4", "#1b1b1b", "#c9c9c4"
# Colour, dashes, the sign at every so many points: each alone tells the lines apart.
STYLES = (
    ("#0b4f8a", "solid", "o"),
    ("#b23c00", (0, (3, 1.2)), "s"),
    ("#00694e", (0, (1, 1.4)), "^"),
    ("#7a1f6b", (0, (5, 1.5, 1, 1.5)), "D"),
    ("#4d4d4d", (0, (2.5, 1, 1, 1, 1, 1)), "v"),
)


def main() -> None:
    """Draw one chart."""
    resource.setrlimit(resource.RLIMIT_AS, (MEMORY, MEMORY))
    resource.setrlimit(resource.RLIMIT_CPU, (CPU, CPU))
    given = sys.stdin.buffer.read(LARGEST + 1)
    if len(given) > LARGEST:
        raise SystemExit("too much to draw")
    sys.stdout.buffer.write(picture(json.loads(given)))


def picture(sheet: dict[str, Any]) -> bytes:
    """The PNG of a sheet."""
    import matplotlib as mpl  # noqa: PLC0415 - the limits come first

    mpl.use("agg")
    # A name is text: `$` begins no formula.
    mpl.rcParams.update({"text.parse_math": False, "font.size": LETTER})
    mpl.rcParams.update({"text.color": INK, "font.family": "DejaVu Sans"})
    warnings.filterwarnings("ignore", "Glyph .* missing")  # a box is drawn in its place
    from matplotlib.figure import Figure  # noqa: PLC0415 - the same

    lines = sheet["lines"]
    height = HEAD + PLOT + LEGEND * len(lines)
    # 72 points an inch: a point is a pixel of the phone's.
    figure = Figure(figsize=(WIDTH / 72, height / 72), dpi=72 * SCALE, facecolor=PAPER)
    figure.text(12 / WIDTH, 1 - 12 / height, sheet["title"], size=17, weight="bold", va="top")
    for row, line in enumerate(lines):
        _legend(figure, line, row, height)
    bottom, top = 36 / height, (PLOT - 14) / height
    plot = figure.add_axes((76 / WIDTH, bottom, (WIDTH - 76 - 18) / WIDTH, top - bottom))
    _frame(plot, sheet)
    for row, line in enumerate(lines):
        _line(plot, line, STYLES[row % len(STYLES)], alone=len(lines) == 1)
    if not any(line["pieces"] for line in lines):
        plot.text(0.5, 0.5, sheet["empty"], transform=plot.transAxes, ha="center", va="center")
    made = io.BytesIO()
    figure.savefig(made, format="png", facecolor=PAPER)
    return made.getvalue()


def _legend(figure: Any, line: dict[str, Any], row: int, height: int) -> None:  # noqa: ANN401 - matplotlib is not imported yet
    """A line of the key: its stroke, its name, what it is now."""
    from matplotlib.lines import Line2D  # noqa: PLC0415 - the same

    colour, dashes, sign = STYLES[row % len(STYLES)]
    at = 1 - (HEAD + LEGEND * row + LEGEND / 2) / height
    across = [12 / WIDTH, 29 / WIDTH, 46 / WIDTH]
    stroke = Line2D(across, [at] * 3, color=colour, ls=dashes, lw=3, marker=sign, markevery=[1])
    stroke.set_markersize(8)
    figure.add_artist(stroke)
    figure.text(56 / WIDTH, at, line["name"], va="center")
    figure.text(1 - 12 / WIDTH, at, line["said"], va="center", ha="right")


def _frame(plot: Any, sheet: dict[str, Any]) -> None:  # noqa: ANN401 - as above
    """The axes: no more ink than it takes to read a figure off."""
    plot.set_facecolor(PAPER)
    plot.set_xlim(sheet["since"], sheet["until"])
    plot.set_ylim(0, sheet["top"] * 1.04)
    plot.set_yticks([at for at, _ in sheet["heights"]], [text for _, text in sheet["heights"]])
    edge = sheet["until"] - EDGE * (sheet["until"] - sheet["since"])
    times = [(at, text if at < edge else "") for at, text in sheet["times"]]
    plot.set_xticks([at for at, _ in times], [text for _, text in times])
    plot.tick_params(length=0, colors=INK, labelsize=14, pad=6)
    plot.tick_params(axis="x", length=5, color=GRID)
    plot.grid(axis="y", color=GRID, lw=1)
    plot.set_axisbelow(True)
    for side in ("top", "left", "right"):
        plot.spines[side].set_visible(False)
    plot.spines["bottom"].set_color(INK)


def _line(plot: Any, line: dict[str, Any], style: Any, *, alone: bool) -> None:  # noqa: ANN401 - as above
    """Each piece by itself; one that stands alone also shows from where to where it went."""
    colour, dashes, sign = style
    for piece in line["pieces"]:
        at, least, mean, most = zip(*piece, strict=True)
        if alone:
            plot.fill_between(at, least, most, color=colour, alpha=0.2, lw=0)
        if len(piece) == 1:
            plot.plot(at, mean, color=colour, marker=sign, ms=5)
            continue
        plot.plot(at, mean, color=colour, ls=dashes, lw=2.6, solid_capstyle="round")
        if not alone:
            plot.plot(
                at[:: max(len(at) // 6, 1)],
                mean[:: max(len(at) // 6, 1)],
                ls="",
                c=colour,
                marker=sign,
                ms=6,
            )


if __name__ == "__main__":
    main()
