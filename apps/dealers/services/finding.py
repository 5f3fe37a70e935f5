"""The units that dealers of a list stand in: those that are there, and those that have to be made."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime

from django.db.models import Q

from apps.core.access import Actor
from apps.dealers import reference
from apps.dealers.models import Division, OrgUnit
from apps.dealers.rules import UNKNOWN_SINCE, UnitKind
from apps.dealers.rules.places import stem
from apps.dealers.services import tree

HEADQUARTERS = ("HQ", "总部")
UNASSIGNED = ("UNASSIGNED", "未分区")


class Units:
    """Finds units on somebody's behalf and makes what is missing, from headquarters down."""

    def __init__(self, actor: Actor, now: datetime) -> None:
        self.actor, self.now = actor, now

    def standing_for(self, places: Collection[tuple[str, str]]) -> dict[tuple[str, str], OrgUnit]:
        """For each pair of province code and area name the unit: the area, or the province without one."""
        divisions = Division.objects.in_bulk({province for province, _area in places})
        provinces = {code: self._province(divisions[code]) for code in sorted(divisions)}
        found: dict[tuple[str, str], OrgUnit] = {}
        for province, area in sorted(places):
            unit = provinces[province]
            found[province, area] = self._area(unit, area) if area else unit
        return found

    def unassigned(self) -> OrgUnit:
        """Where dealers wait until somebody says to which region they belong."""
        return self._unit(UNASSIGNED, UnitKind.REGION, self._headquarters())

    def _province(self, division: Division) -> OrgUnit:
        alive = OrgUnit.objects.filter(kind=UnitKind.PROVINCE, valid_to__isnull=True).order_by("pk")
        tied = alive.filter(division=division).first()
        if tied is not None:
            return tied
        for unit in alive.filter(division__isnull=True):
            if stem(unit.name) == stem(division.name):
                return unit
        region, name = reference.regions()[division.code]
        parent = self._unit((f"R-{region}", name), UnitKind.REGION, self._headquarters())
        return self._unit((f"P{division.code}", division.name), UnitKind.PROVINCE, parent, division)

    def _area(self, province: OrgUnit, name: str) -> OrgUnit:
        number = OrgUnit.objects.filter(code__startswith=f"{province.code}-").count() + 1
        return self._unit((f"{province.code}-{number:02d}", name), UnitKind.AREA, province)

    def _headquarters(self) -> OrgUnit:
        found = OrgUnit.objects.filter(kind=UnitKind.HQ).first()
        return found or self._unit(HEADQUARTERS, UnitKind.HQ, None)

    def _unit(
        self, named: tuple[str, str], kind: UnitKind, parent: OrgUnit | None, division: Division | None = None
    ) -> OrgUnit:
        """The living unit of this kind and parent with the code or the name, else a new one."""
        code, name = named
        alive = OrgUnit.objects.filter(kind=kind, parent=parent, valid_to__isnull=True)
        found = alive.filter(Q(code=code) | Q(name=name)).order_by("pk").first()
        if found is not None:
            return found
        number = 1
        while OrgUnit.objects.filter(code=code).exists():
            number += 1
            code = f"{named[0]}-{number}"
        return tree.create_unit(
            code=code,
            name=name,
            kind=kind,
            parent=parent,
            valid_from=max(UNKNOWN_SINCE, parent.valid_from) if parent else UNKNOWN_SINCE,
            actor=self.actor,
            now=self.now,
            division=division,
        )
