from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import Ownership, Policy, declare
from apps.core.roles import EVERYONE, MAKER, OPERATORS, Role
from apps.dealers.models import (
    Dealer,
    DealerCode,
    DealerGroup,
    DealerPlacement,
    Division,
    FormerPlace,
    OrgUnit,
    Outlet,
    UnitPlacement,
)

VIEW = declare("dealers.view", _("View dealers"), EVERYONE)
MANAGE = declare("dealers.manage", _("Create and change dealers"), OPERATORS)
IMPORT = declare("dealers.import", _("Import dealers"), OPERATORS)
TREE = declare("dealers.view_tree", _("View the organisation"), MAKER | {Role.INTEGRATION})
MANAGE_TREE = declare("dealers.manage_tree", _("Change the organisation"), OPERATORS)

dealer = Policy(Dealer, view=VIEW, ownership=Ownership.DEALER, dealer="id")
codes = Policy(DealerCode, view=VIEW, ownership=Ownership.DEALER)
placements = Policy(DealerPlacement, view=VIEW, ownership=Ownership.DEALER)
outlet = Policy(Outlet, view=VIEW, ownership=Ownership.DEALER)
unit = Policy(OrgUnit, view=VIEW, ownership=Ownership.GLOBAL)
unit_placements = Policy(UnitPlacement, view=VIEW, ownership=Ownership.GLOBAL)
group = Policy(DealerGroup, view=VIEW, ownership=Ownership.STAFF)
division = Policy(Division, view=VIEW, ownership=Ownership.GLOBAL)
former_place = Policy(FormerPlace, view=VIEW, ownership=Ownership.GLOBAL)
