from __future__ import annotations

from typing import Any

from django.db.models import Exists, OuterRef, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.roles import EVERYONE, OPERATORS
from apps.core.wall import Wall, Writes
from apps.vehicles.models import Brand, CarModel, Custody, ModelAlias, Series, Trim, Vehicle, VinStrictness

VIEW = declare("vehicles.view", _("View the model catalogue and look up VINs"), EVERYONE)
MANAGE = declare("vehicles.manage", _("Maintain the model catalogue"), OPERATORS)

brand = Policy(Brand, view=VIEW, ownership=Ownership.GLOBAL)
series = Policy(Series, view=VIEW, ownership=Ownership.GLOBAL)
model = Policy(CarModel, view=VIEW, ownership=Ownership.GLOBAL)
trim = Policy(Trim, view=VIEW, ownership=Ownership.GLOBAL)
alias = Policy(ModelAlias, view=VIEW, ownership=Ownership.GLOBAL)
strictness = Policy(VinStrictness, view=VIEW, ownership=Ownership.GLOBAL)
custody = Policy(Custody, view=VIEW, ownership=Ownership.DEALER)


class VehiclePolicy(Policy):
    """A vehicle is visible to those who see one of its custodies; whoever had it may look it up."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        held = Custody.objects.filter(vehicle=OuterRef("pk"), dealer_id__in=actor.scope.dealer_ids)
        return rows.filter(Exists(held))

    def owners(self, obj: Any) -> Owners:
        held = Custody.objects.filter(vehicle=obj.pk).values_list("dealer_id", flat=True)
        return Owners(dealers=frozenset(held))


vehicle = VehiclePolicy(
    Vehicle,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(
        writes=Writes.ADD,
        open_because="a VIN and its model; a fact of any dealer must find the vehicle it speaks of",
    ),
)

trail.name_actions(
    {
        "vehicles.create_model": _("Car model created"),
        "vehicles.name_alias": _("Spelling of a model named"),
    }
)
trail.name_fields(
    {
        "spelling": _("Spelling"),
        "model": _("Car model"),
        "trim": _("Trim"),
    },
)
