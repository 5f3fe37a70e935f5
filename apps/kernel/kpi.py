"""What a KPI is: a formula with a meaning, a unit, a good direction, an audience and an owner."""

import re
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from itertools import pairwise
from typing import Literal

from apps.kernel.formula import Expression

Light = Literal["green", "amber", "red"]
_CODE = re.compile(r"[a-z][a-z0-9_]*\.[a-z][a-z0-9_]*")
MAX_DECIMALS = 6


class KpiError(ValueError):
    """A KPI declaration that contradicts itself."""


class Unit(StrEnum):
    """How a KPI value reads; percent values are stored as fractions (0.125 = 12.5 %)."""

    PERCENT = "percent"
    NUMBER = "number"
    YUAN = "yuan"
    MONTHS = "months"
    DAYS = "days"
    UNITS = "units"
    SCORE = "score"


class Better(StrEnum):
    """Which direction of a KPI is good; band means a middle range is."""

    HIGHER = "higher"
    LOWER = "lower"
    BAND = "band"


@dataclass(frozen=True, slots=True)
class Threshold:
    """Limits of the lights: beyond amber or red on the low or the high side; a limit of None never fires.

    With ``inclusive`` a value that equals a limit has crossed it ("≥ 15 %"), without it has not ("> 1.5").
    """

    low_red: Decimal | None = None
    low_amber: Decimal | None = None
    high_amber: Decimal | None = None
    high_red: Decimal | None = None
    inclusive: bool = False

    def __post_init__(self) -> None:
        limits = [self.low_red, self.low_amber, self.high_amber, self.high_red]
        known = [limit for limit in limits if limit is not None]
        if not known or any(after < before for before, after in pairwise(known)):
            raise KpiError(
                "limits run from low red over low amber and high amber to high red, at least one of them"
            )

    @classmethod
    def at_least(cls, amber: Decimal | None, red: Decimal | None, inclusive: bool = False) -> "Threshold":
        """Limits for a KPI of which more is better: amber below one value, red below a lower one."""
        return cls(low_red=red, low_amber=amber, inclusive=inclusive)

    @classmethod
    def at_most(cls, amber: Decimal | None, red: Decimal | None, inclusive: bool = False) -> "Threshold":
        """Limits for a KPI of which less is better: amber above one value, red above a higher one."""
        return cls(high_amber=amber, high_red=red, inclusive=inclusive)

    def light(self, value: Decimal) -> Light:
        """Green, amber or red for an unrounded value."""
        if self._below(value, self.low_red) or self._above(value, self.high_red):
            return "red"
        if self._below(value, self.low_amber) or self._above(value, self.high_amber):
            return "amber"
        return "green"

    def _below(self, value: Decimal, limit: Decimal | None) -> bool:
        return limit is not None and (value < limit or (self.inclusive and value == limit))

    def _above(self, value: Decimal, limit: Decimal | None) -> bool:
        return limit is not None and (value > limit or (self.inclusive and value == limit))


@dataclass(frozen=True)
class Kpi:
    """One KPI of the dictionary. Without a source yet it has no formula and names the inputs it needs.

    ``audience`` holds role codes, ``owner`` the role that answers for the figure, ``source`` the row of
    domain.md. A contradictory declaration raises KpiError.
    """

    code: str
    label_en: str
    label_zh: str
    formula: Expression | None
    unit: Unit
    better: Better
    decimals: int
    audience: frozenset[str]
    owner: str
    threshold: Threshold | None = None
    source: str = ""
    needs: tuple[str, ...] = ()
    version: int = 1

    def __post_init__(self) -> None:
        if _CODE.fullmatch(self.code) is None:
            raise KpiError(f"a KPI code is <app>.<noun>, not {self.code!r}")
        if not self.label_en or not self.label_zh or not self.owner:
            raise KpiError(f"{self.code}: both labels and the owner must be given")
        if not 0 <= self.decimals <= MAX_DECIMALS or self.version < 1:
            raise KpiError(f"{self.code}: decimals are 0 to {MAX_DECIMALS}, versions start with 1")
        if (self.formula is None) != bool(self.needs):
            raise KpiError(f"{self.code}: either a formula, or the missing inputs it needs")
        self._check_threshold()

    def _check_threshold(self) -> None:
        limits = self.threshold
        if limits is None:
            return
        low = limits.low_amber is not None or limits.low_red is not None
        high = limits.high_amber is not None or limits.high_red is not None
        if (self.better is Better.HIGHER and high) or (self.better is Better.LOWER and low):
            raise KpiError(f"{self.code}: the limits lie on the good side")

    @property
    def has_source(self) -> bool:
        """Whether the KPI can be computed; otherwise ``needs`` names what is missing."""
        return self.formula is not None

    def light(self, value: Decimal | None) -> Light | None:
        """Green, amber or red for an unrounded value; None without a value or without limits."""
        if value is None or self.threshold is None:
            return None
        return self.threshold.light(value)
