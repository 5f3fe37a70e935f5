"""The kinds of notices about duties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.reports import proofs
from apps.work import registry

DUE = registry.notice(
    "reports.duty_due",
    _("A duty of mine is due soon"),
    _("“%(duty)s” at %(place)s is due %(due)s"),
    icon="calendar-check",
)
LATE = registry.notice(
    "reports.duty_late",
    _("A duty of my people is overdue"),
    _("“%(duty)s” at %(place)s was due %(due)s and is overdue by %(days)s days"),
    icon="alert-triangle",
)
for _code, _label, *_kinds in (
    ("work.visits", _("Visits"), "visit"),
    ("work.contacts", _("Contacts"), "contact"),
    ("work.contacts_and_visits", _("Contacts and visits"), "contact", "visit"),
    ("work.meetings", _("Meetings"), "meeting"),
    ("work.bulletins", _("Bulletins"), "bulletin"),
    ("work.displays", _("Display checks"), "display_check"),
    ("work.warehouses", _("Warehouse checks"), "warehouse_check"),
    ("work.diaries", _("Field diaries"), "diary"),
    ("work.promotions", _("Promotion events"), "promotion"),
):
    proofs.proof(_code, _label, *_kinds)
proofs.proof("reports.ten_day", _("Ten-day reports of all dealers"), "reports.ten_day", each_dealer=True)
