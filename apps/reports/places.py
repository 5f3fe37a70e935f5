"""Who gets a duty when something happens: the dealer itself, or units where somebody holds a role."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol

from apps.accounts import queries as accounts
from apps.dealers import queries as dealers
from apps.reports.models.duties import DutyRule

Owner = tuple[int | None, int | None]
"""The dealer or the unit a duty belongs to."""


class Somewhere(Protocol):
    """What happened at a dealer or at a unit."""

    @property
    def dealer_id(self) -> int | None:
        """The dealer it happened at."""

    @property
    def unit_id(self) -> int | None:
        """The unit it happened at."""


@dataclass(frozen=True)
class Places:
    """The tree on a day as far as some things that happened need it, and where which roles are held."""

    lines: Mapping[Owner, tuple[int, ...]]
    """Where it happened → the units from there up to the top."""
    held: Collection[tuple[int, str]]
    beneath: Mapping[int, frozenset[int]] = field(default_factory=dict)

    @classmethod
    def of(cls, happened: Iterable[Somewhere], roles: Collection[str], on: date, *, below: bool) -> Places:
        """Read in four queries, however much happened."""
        spots = {(each.dealer_id, each.unit_id) for each in happened}
        above = dealers.ancestry(on, {dealer for dealer, _unit in spots if dealer is not None})
        parents = dealers.parents_on(on)
        lines = {
            (dealer, unit): tuple(
                reversed(above.get(dealer, ()) if dealer else dealers.line_of(unit, parents) if unit else ())
            )
            for dealer, unit in spots
        }
        rows = accounts.held_on(on).filter(role__in=roles, unit__isnull=False, user__is_active=True)
        held = {(unit, role) for unit, role in rows.values_list("unit_id", "role") if unit is not None}
        beneath = {}
        if below:
            down = {unit: dealers.line_of(unit, parents) for unit, _role in held if unit in parents}
            for top in {unit for _dealer, unit in spots if unit is not None}:
                beneath[top] = frozenset(unit for unit, line in down.items() if top in line)
        return cls(lines, held, beneath)

    def owners(self, rule: DutyRule, spot: Somewhere) -> Sequence[Owner]:
        """Who owes what a rule asks for: the dealer, the nearest unit, or every unit below."""
        if rule.owner == "dealer":
            return [(spot.dealer_id, None)] if spot.dealer_id is not None else []
        if spot.unit_id is not None and spot.unit_id in self.beneath:
            return self._holding(rule, sorted(self.beneath[spot.unit_id]))
        return self._holding(rule, self.lines[spot.dealer_id, spot.unit_id])[:1]

    def _holding(self, rule: DutyRule, units: Sequence[int]) -> list[Owner]:
        return [(None, unit) for unit in units if (unit, rule.role) in self.held]
