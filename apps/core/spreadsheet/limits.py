"""What an uploaded table may cost at most; crossing a line refuses the whole file."""

from typing import NamedTuple

MEBIBYTE = 2**20
HEADER_SEARCH = 100
"""Rows in which column names are looked for; so many rows more than the data rows are allowed."""


class Limits(NamedTuple):
    """Upper bounds for one file: data rows, columns, cells, bytes, zip entries, seconds and child memory."""

    rows: int = 200_000
    columns: int = 500
    cells: int = 4_000_000
    file_bytes: int = 100 * MEBIBYTE
    unpacked_bytes: int = 100 * MEBIBYTE
    entries: int = 200
    seconds: float = 30.0
    memory_bytes: int = 512 * MEBIBYTE

    @property
    def last_row(self) -> int:
        """The last row that a table of the allowed length can reach."""
        return self.rows + HEADER_SEARCH

    def as_text(self) -> str:
        """The bounds as one command-line argument."""
        return ",".join(str(bound) for bound in self)

    @classmethod
    def from_text(cls, text: str) -> "Limits":
        """The bounds of a command-line argument."""
        bounds = dict(zip(cls._fields, text.split(","), strict=True))
        seconds = float(bounds.pop("seconds"))
        return cls(seconds=seconds, **{name: int(bound) for name, bound in bounds.items()})
