"""Who and when a workbook is about, in its head and in its hidden stamp."""

from __future__ import annotations

from dataclasses import dataclass

_MARK = "report"


@dataclass(frozen=True)
class Head:
    """What the head of a workbook says."""

    form: str
    version: str
    owner_code: str
    owner_name: str
    period: str

    @property
    def stamp(self) -> str:
        """The hidden stamp of the template."""
        return f"{_MARK}|{self.form}|{self.version}|{self.period}|{self.owner_code}"


@dataclass(frozen=True)
class Stamp:
    """What a stamp said."""

    form: str
    version: str
    period: str
    owner_code: str


def read_stamp(text: str) -> Stamp | None:
    """The stamp of its text; None when it is none of ours."""
    parts = text.split("|", 4)
    if len(parts) != 5 or parts[0] != _MARK:
        return None
    return Stamp(*parts[1:])
