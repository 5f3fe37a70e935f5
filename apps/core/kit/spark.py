"""Sparklines as inline SVG, drawn on the server: no script, right in print and in both themes."""

from __future__ import annotations

from collections.abc import Sequence
from decimal import Decimal

from django.utils.html import format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe

WIDTH, HEIGHT, EDGE = 120, 32, 3
LIGHTS = frozenset({"green", "amber", "red"})

Value = Decimal | int | float | None
Point = tuple[float, float]


def line(values: Sequence[Value], light: str = "") -> SafeString:
    """A line through the values with a dot on the last; missing values leave a gap."""
    known = [float(value) for value in values if value is not None]
    if not known:
        return mark_safe("")
    runs = _runs(values, min(known), max(known))
    paths = format_html_join("", '<polyline points="{}"/>', ((_text(run),) for run in runs if len(run) > 1))
    end = runs[-1][-1]
    dot = format_html('<circle cx="{}" cy="{}" r="2.5"/>', f"{end[0]:.1f}", f"{end[1]:.1f}")
    tone = f" spark-{light}" if light in LIGHTS else ""
    head = '<svg class="spark{}" viewBox="0 0 {} {}" preserveAspectRatio="none" aria-hidden="true">{}{}</svg>'
    return format_html(head, tone, WIDTH, HEIGHT, paths, dot)


def _runs(values: Sequence[Value], low: float, high: float) -> list[list[Point]]:
    step = (WIDTH - 2 * EDGE) / max(len(values) - 1, 1)
    span = high - low
    runs: list[list[Point]] = [[]]
    for place, value in enumerate(values):
        if value is None:
            runs.append([])
            continue
        height = (float(value) - low) / span if span else 0.5
        runs[-1].append((EDGE + place * step, HEIGHT - EDGE - height * (HEIGHT - 2 * EDGE)))
    return [run for run in runs if run]


def _text(run: Sequence[Point]) -> str:
    return " ".join(f"{x:.1f},{y:.1f}" for x, y in run)
