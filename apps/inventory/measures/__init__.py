"""What is measured of stock: units and flows, what they cost, how they are composed and counted."""

from apps.inventory.measures import counts, credit, holding, mix, stock, transit

STOCK = stock.STOCK

__all__ = ["STOCK", "counts", "credit", "holding", "mix", "stock", "transit"]
