"""The imports of the app, by noun."""

from apps.inventory.imports import marks, shipments, stock

__all__ = ["marks", "shipments", "stock"]
