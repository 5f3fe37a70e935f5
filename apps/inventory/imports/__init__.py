"""The imports of the app, by noun."""

from apps.inventory.imports import shipments, stock

__all__ = ["shipments", "stock"]
