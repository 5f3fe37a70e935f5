"""The kinds of notices about duties."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

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
