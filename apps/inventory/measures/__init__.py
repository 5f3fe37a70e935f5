"""What is measured of stock: units and flows, what they cost, how they are composed."""

from apps.inventory.measures import credit, holding, mix, stock

STOCK = stock.STOCK

__all__ = ["STOCK", "credit", "holding", "mix", "stock"]
