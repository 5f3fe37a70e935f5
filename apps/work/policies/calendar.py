from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import Ownership, Policy, declare
from apps.core.roles import EVERYONE
from apps.work.models.calendar import CalendarDay

VIEW_CALENDAR = declare("work.view_calendar", _("View the statutory calendar"), EVERYONE)

day = Policy(CalendarDay, view=VIEW_CALENDAR, ownership=Ownership.GLOBAL)
