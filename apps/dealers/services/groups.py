"""Investors and groups that own several dealers."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction
from django.utils.translation import gettext as _

from apps.core import audit
from apps.core.access import Actor
from apps.dealers.models import DealerGroup
from apps.dealers.rules import names
from apps.dealers.services import recording


@transaction.atomic
def create_group(*, code: str, name: str, actor: Actor, now: datetime) -> DealerGroup:
    """Create a dealer group; `code_taken` when the code is another group's."""
    code = names.clean_code(code)
    if DealerGroup.objects.filter(code=code).exists():
        raise recording.refusal("code_taken", "code", _("Another group has this code."))
    group = DealerGroup(code=code, name=names.clean(name))
    recording.checked(group).save()
    after = {"code": code, "name": group.name}
    audit.record(actor=actor, action="dealers.create_group", obj=group, now=now, after=after)
    return group


@transaction.atomic
def change_group(*, group: DealerGroup, name: str, actor: Actor, now: datetime) -> DealerGroup:
    """Rename a dealer group."""
    row = DealerGroup.objects.select_for_update().get(pk=group.pk)
    before = {"name": row.name}
    row.name = names.clean(name)
    recording.checked(row).save(update_fields=["name"])
    audit.record(
        actor=actor, action="dealers.change_group", obj=row, now=now, before=before, after={"name": row.name}
    )
    return row
