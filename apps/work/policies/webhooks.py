"""Who sets up webhooks: administrators, because their addresses lead out of the product."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Policy, declare
from apps.core.roles import Role
from apps.work.models import Webhook, WebhookDelivery

WEBHOOKS = declare("work.webhooks", _("Set up webhooks and replay deliveries"), {Role.HQ_ADMIN}, guarded=True)
webhook = Policy(Webhook, view=WEBHOOKS)
delivery = Policy(WebhookDelivery, view=WEBHOOKS)

trail.name_fields({"events": _("Events"), "url": _("Address"), "active": _("In use")})
