"""Plots the load on each limit against the number of players as SVG, with logarithmic axes."""

import math
from collections.abc import Mapping, Sequence
from html import escape

WIDTH, HEIGHT = 920, 500
LEFT, RIGHT, TOP, BOTTOM = 70, 250, 50, 60
PLAYERS = (1e5, 1e9)
SHARES = (1e-5, 10.0)
# Okabe and Ito's palette, which colour-blind people can distinguish.
COLOURS = ("#0072b2", "#d55e00", "#009e73", "#cc79a7", "#e69f00", "#56b4e9", "#000000")
APART = 17
STEPS = 60

Curve = Sequence[tuple[float, float]]


def sizes() -> list[float]:
    """Return the numbers of players at which the curves are drawn."""
    low, high = map(math.log10, PLAYERS)
    return [10 ** (low + (high - low) * step / STEPS) for step in range(STEPS + 1)]


def draw(curves: Mapping[str, Curve], hits: Mapping[str, float], marked: Sequence[float]) -> str:
    """Return the SVG, with one labelled curve per limit; the first limit's curve is on top."""
    order = sorted(curves, key=lambda name: (hits[name], name))
    ends = _spread([_y(curves[name][-1][1]) for name in order])
    parts = [*_frame(), *(_mark(one) for one in marked)]
    for number, (name, end) in enumerate(zip(order, ends, strict=True)):
        colour = COLOURS[number % len(COLOURS)]
        line = " ".join(f"{_x(size):.1f},{_y(share):.1f}" for size, share in curves[name])
        parts.append(f'<polyline points="{line}" stroke="{colour}" fill="none" stroke-width="2"/>')
        label = f"{name}: {hits[name] / 1e6:,.0f} M"
        at = WIDTH - RIGHT + 10
        parts.append(_text(at, end + 4, label, colour=colour, anchor="start"))
    size = f'width="{WIDTH}" height="{HEIGHT}" viewBox="0 0 {WIDTH} {HEIGHT}"'
    head = f'<svg xmlns="http://www.w3.org/2000/svg" {size} font-family="sans-serif">'
    title = "<title>Share of each limit by registered players</title>"
    back = f'<rect width="{WIDTH}" height="{HEIGHT}" fill="#fff"/>'
    return "\n".join([head, title, back, *parts, "</svg>", ""])


def _frame() -> list[str]:
    right, bottom = WIDTH - RIGHT, HEIGHT - BOTTOM
    parts = [
        _text(LEFT, 24, "Share of each limit at the daily peak, and where it is reached", size=16)
    ]
    for power in range(-5, 2):
        y = _y(10.0**power)
        colour, width = ("#c00", 1.5) if power == 0 else ("#ddd", 1)
        parts.append(_line(LEFT, y, right, y, colour, width))
        parts.append(_text(LEFT - 8, y + 4, f"{10.0 ** (power + 2):g} %", anchor="end"))
    for power, name in enumerate(("100 k", "1 M", "10 M", "100 M", "1 G"), 5):
        x = _x(10.0**power)
        parts.append(_line(x, TOP, x, bottom, "#ddd", 1))
        parts.append(_text(x, bottom + 18, name, anchor="middle"))
    middle = (LEFT + right) / 2
    parts.append(_text(middle, HEIGHT - 14, "registered players", anchor="middle"))
    return parts


def _mark(players: float) -> str:
    x = _x(players)
    return f'<path d="M{x:.1f} {TOP}V{HEIGHT - BOTTOM}" stroke="#888" stroke-dasharray="4 4"/>'


def _spread(wanted: Sequence[float]) -> list[float]:
    """Move overlapping labels apart, keeping their order."""
    placed: dict[int, float] = {}
    free = float(TOP)
    for number in sorted(range(len(wanted)), key=lambda one: (wanted[one], one)):
        placed[number] = max(wanted[number], free)
        free = placed[number] + APART
    return [placed[number] for number in range(len(wanted))]


def _x(players: float) -> float:
    return LEFT + (WIDTH - LEFT - RIGHT) * _part(players, PLAYERS)


def _y(share: float) -> float:
    return HEIGHT - BOTTOM - (HEIGHT - TOP - BOTTOM) * _part(share, SHARES)


def _part(value: float, bounds: tuple[float, float]) -> float:
    """Return a value's position between the bounds, from 0 to 1, on a logarithmic scale."""
    low, high = map(math.log10, bounds)
    return min(1.0, max(0.0, (math.log10(value) - low) / (high - low)))


def _line(  # noqa: PLR0913, PLR0917  its ends and its style
    x: float, y: float, to_x: float, to_y: float, colour: str, width: float
) -> str:
    ends = f'x1="{x:.1f}" y1="{y:.1f}" x2="{to_x:.1f}" y2="{to_y:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"/>'


def _text(  # noqa: PLR0913  position, text and style
    x: float, y: float, text: str, *, colour: str = "#333", anchor: str = "start", size: int = 13
) -> str:
    style = f'fill="{colour}" text-anchor="{anchor}" font-size="{size}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" {style}>{escape(text)}</text>'
