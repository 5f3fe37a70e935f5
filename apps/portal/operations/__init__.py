"""How the product itself is doing: one page and one answer of the API."""
