"""Icons of the icon package as inline SVG, read once and kept; nothing of the package is copied."""

from __future__ import annotations

import re
from functools import cache

from django.conf import settings
from django.utils.safestring import SafeString, mark_safe

_FOLDER = settings.BASE_DIR / "node_modules" / "@tabler" / "icons" / "icons"
_NAME = re.compile(r"[a-z0-9-]+")
_HEAD = (
    '<svg xmlns="http://www.w3.org/2000/svg" class="icon" width="24" height="24" viewBox="0 0 24 24" '
    'fill="none" stroke="currentColor" stroke-width="2" stroke-linecap="round" stroke-linejoin="round" '
    'aria-hidden="true" focusable="false">'
)


@cache
def svg(name: str) -> SafeString:
    """The icon of this name; ValueError when there is none, empty while the package is not installed."""
    if not _NAME.fullmatch(name):
        raise ValueError(f"not an icon name: {name!r}")
    if not _FOLDER.is_dir():
        return mark_safe("")
    file = _FOLDER / "outline" / f"{name}.svg"
    if not file.is_file():
        raise ValueError(f"no icon named {name}")
    source = file.read_text(encoding="utf-8")
    shapes = source[source.index(">") + 1 : source.rindex("</svg>")]
    return mark_safe(_HEAD + " ".join(shapes.split()) + "</svg>")
