from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import DEALER, EVERYONE, FIELD, MAKER, OPERATORS, Role
from apps.dealers.models import (
    Dealer,
    DealerCode,
    DealerContact,
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
CONTACTS = declare("dealers.view_contacts", _("View contact persons of dealers, masked"), MAKER | DEALER)
MANAGE_CONTACTS = declare(
    "dealers.manage_contacts",
    _("Add and change contact persons"),
    OPERATORS | FIELD | {Role.DEALER_GENERAL},
)
REVEAL = declare(
    "dealers.reveal_contact",
    _("See contact data in clear, with a reason"),
    OPERATORS | FIELD | {Role.DEALER_GENERAL},
)
ERASE = declare("dealers.erase_contact", _("Erase the data of a contact person"), OPERATORS)

dealer = Policy(Dealer, view=VIEW, ownership=Ownership.DEALER, dealer="id")
codes = Policy(DealerCode, view=VIEW, ownership=Ownership.DEALER)
placements = Policy(DealerPlacement, view=VIEW, ownership=Ownership.DEALER)
contact = Policy(DealerContact, view=CONTACTS, ownership=Ownership.DEALER)
outlet = Policy(Outlet, view=VIEW, ownership=Ownership.DEALER)
unit = Policy(OrgUnit, view=VIEW, ownership=Ownership.GLOBAL)
unit_placements = Policy(UnitPlacement, view=VIEW, ownership=Ownership.GLOBAL)
group = Policy(DealerGroup, view=VIEW, ownership=Ownership.STAFF)
division = Policy(Division, view=VIEW, ownership=Ownership.GLOBAL)
former_place = Policy(FormerPlace, view=VIEW, ownership=Ownership.GLOBAL)

trail.name_actions(
    {
        "dealers.create_dealer": _("Dealer created"),
        "dealers.change_dealer": _("Profile changed"),
        "dealers.change_code": _("Code changed"),
        "dealers.place_dealer": _("Moved to another unit"),
        "dealers.relocate": _("Relocated"),
        "dealers.mark_position": _("Position on the map marked"),
        "dealers.set_status": _("Status changed"),
        "dealers.close_dealer": _("Dealer closed"),
        "dealers.reopen_dealer": _("Reopened"),
        "dealers.merge_dealers": _("Merged"),
        "dealers.create_outlet": _("Outlet added"),
        "dealers.change_outlet": _("Outlet changed"),
        "dealers.close_outlet": _("Outlet closed"),
        "dealers.create_contact": _("Contact person added"),
        "dealers.change_contact": _("Contact person changed"),
        "dealers.reveal_contact": _("Contact data looked at in clear"),
        "dealers.erase_contact": _("Contact data erased"),
        "dealers.create_group": _("Dealer group created"),
        "dealers.change_group": _("Dealer group renamed"),
        "dealers.create_unit": _("Organisation unit created"),
        "dealers.change_unit": _("Organisation unit changed"),
        "dealers.move_unit": _("Organisation unit moved"),
        "dealers.close_unit": _("Organisation unit closed"),
        "dealers.set_tier": _("City tier changed"),
        "dealers.keep_former_place": _("Former place name kept"),
    }
)
trail.name_fields(
    {
        "valid_from": _("Valid from"),
        "valid_to": _("Valid to"),
        "place": _("Place"),
        "reason": _("Reason"),
        "new_code": _("New code"),
        "survivor": _("Merged into"),
        "unit": _("Organisation unit"),
        "dealer": _("Dealer"),
        "group": _("Dealer group"),
        "parent": _("Above it"),
        "tier": _("City tier"),
        "current": _("Division of today"),
    },
    peers=("survivor", "merged_into"),
)
