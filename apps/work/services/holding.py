"""Holding an activity while its own person works on it."""

from __future__ import annotations

from django.utils.translation import gettext as _

from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.work.models import Activity
from apps.work.policies import activities as policies


def own(activity: Activity, actor: Actor) -> Activity:
    """The activity as it is now, held for its own person only; `not_yours` for anybody else."""
    row = Activity.objects.select_for_update(of=("self",)).get(pk=activity.pk)
    if not policies.activity.can(actor, policies.RECORD, row) or row.person_id not in policies.selves(actor):
        raise DomainError("not_yours", _("Only the person it was planned for may work on an activity."))
    return row
