"""The results of audits, surveys and training that other systems deliver. Source: domain.md §4, §6.2, §8."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal


@dataclass(frozen=True)
class Score:
    """A result for each dealer and month: its measure code, name, range, and how it is written.

    A `percent` is delivered and stored as a fraction.
    """

    code: str
    label: str
    high: Decimal
    low: Decimal = Decimal(0)
    unit: str = "score"

    def fits(self, value: Decimal) -> bool:
        """Whether a value can be this result."""
        return self.low <= value <= self.high


SCORES = {
    each.code: each
    for each in (
        Score("audits.sales_score", label="Audit score, sales", high=Decimal(100)),
        Score("audits.service_score", label="Audit score, service", high=Decimal(100)),
        Score("audits.brand_score", label="Audit score, brand", high=Decimal(100)),
        Score("audits.veto_items", label="Veto items failed", high=Decimal(1000), unit="number"),
        Score("audits.mystery_score", label="Mystery shopping score", high=Decimal(100)),
        Score("satisfaction.ssi_score", label="Sales satisfaction (SSI)", high=Decimal(1000)),
        Score("satisfaction.csi_score", label="Service satisfaction (CSI)", high=Decimal(1000)),
        Score("satisfaction.nps", label="Net promoter score (NPS)", high=Decimal(100), low=Decimal(-100)),
        Score("training.certified_rate", label="Certified staff", high=Decimal(1), unit="percent"),
        Score("network.milestone_rate", label="Building progress", high=Decimal(1), unit="percent"),
    )
}
