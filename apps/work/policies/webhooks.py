"""Who sets up webhooks: administrators, because their addresses lead out of the product; a dealer its own."""

from __future__ import annotations

from django.utils.translation import gettext_lazy as _

from apps.core import trail
from apps.core.access import Ownership, Policy, declare
from apps.core.roles import Role
from apps.work.models import Webhook, WebhookDelivery

WEBHOOKS = declare("work.webhooks", _("Set up webhooks and replay deliveries"), {Role.HQ_ADMIN}, guarded=True)
OWN = declare(
    "work.own_webhooks", _("Set up webhooks of the own store"), {Role.HQ_ADMIN, Role.DEALER_GENERAL}
)
webhook = Policy(Webhook, view=OWN, ownership=Ownership.DEALER, dealer="owner_id")
delivery = Policy(WebhookDelivery, view=OWN, ownership=Ownership.DEALER, dealer="webhook__owner_id")

trail.name_fields({"events": _("Events"), "url": _("Address"), "active": _("In use")})
