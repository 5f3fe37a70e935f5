from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import declare
from apps.core.roles import EVERYONE

HOME = declare("portal.home", _("Open the home page and search"), EVERYONE)
