"""The endpoints of the app, gathered from the files of its nouns."""

from __future__ import annotations

from typing import Any

from apps.inventory.api import care, counts, shipments, stock

routes: list[tuple[str, Any, str]] = [*stock.routes, *shipments.routes, *counts.routes, *care.routes]
