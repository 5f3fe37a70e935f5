from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core.access import declare
from apps.core.roles import EVERYONE, MAKER, Role

HOME = declare("portal.home", _("Open the home page and search"), EVERYONE)
NETWORK = declare("portal.network", _("Compare dealers by name"), MAKER | {Role.INVESTOR})
DEALER = declare("portal.dealer", _("Open the page of a dealer"), EVERYONE)
