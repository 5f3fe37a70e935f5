"""Everything that changes the dealer network; each verb is one transaction and leaves its audit event."""

from apps.dealers.services.contacts import (
    ContactDetails,
    change_contact,
    create_contact,
    erase_contact,
    is_number,
    reveal_contact,
)
from apps.dealers.services.dealers import (
    Details,
    change_dealer,
    create_dealer,
    set_status,
)
from apps.dealers.services.groups import change_group, create_group
from apps.dealers.services.life import change_code, close_dealer, merge_dealers, reopen_dealer
from apps.dealers.services.outlets import OutletDetails, change_outlet, close_outlet, create_outlet
from apps.dealers.services.places import Location, follow_calendar, place_dealer, relocate
from apps.dealers.services.positions import mark_position
from apps.dealers.services.reference import keep_former_place, load_reference, set_tier
from apps.dealers.services.taking import NewDealer, create_from_spellings, take_dealers
from apps.dealers.services.tree import change_unit, close_unit, create_unit, move_unit

__all__ = [
    "ContactDetails",
    "Details",
    "Location",
    "NewDealer",
    "OutletDetails",
    "change_code",
    "change_contact",
    "change_dealer",
    "change_group",
    "change_outlet",
    "change_unit",
    "close_dealer",
    "close_outlet",
    "close_unit",
    "create_contact",
    "create_dealer",
    "create_from_spellings",
    "create_group",
    "create_outlet",
    "create_unit",
    "erase_contact",
    "follow_calendar",
    "is_number",
    "keep_former_place",
    "load_reference",
    "mark_position",
    "merge_dealers",
    "move_unit",
    "place_dealer",
    "relocate",
    "reopen_dealer",
    "reveal_contact",
    "set_status",
    "set_tier",
    "take_dealers",
]
