"""Mapping profiles: saved, renamed, extended with spellings, deleted."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports import policies, spec
from apps.core.models import MappingProfile

LONGEST_NAME = 100


@transaction.atomic
def save(
    *,
    name: str,
    mapping: spec.Spec,
    header: Sequence[str],
    actor: Actor,
    now: datetime,
    overwrite: bool = False,
) -> MappingProfile:
    """Keep a mapping under a name; `header` are the headings it is used for again. Months are not kept."""
    name = _checked_name(name)
    dealer_id = _owner(actor)
    row = (
        MappingProfile.objects.select_for_update()
        .filter(kind=mapping.kind, dealer_id=dealer_id, name=name)
        .first()
    )
    if row is not None and not overwrite:
        raise DomainError(
            "profile_exists", _("There is a profile of this name."), fields={"name": _("Taken.")}
        )
    if row is not None and not policies.may_edit_profile(actor, row):
        raise PermissionDenied
    row = row or MappingProfile(kind=mapping.kind, name=name, dealer_id=dealer_id)
    before = row.spec if row.pk else None
    row.spec = replace(mapping, coverage=None).as_json()
    row.header, row.header_key = list(header), spec.header_key(header) if header else ""
    row.owner_id, row.owner_label, row.updated_at = actor.user_id, actor.label, now
    row.save()
    audit.record(
        actor=actor,
        action="core.save_profile",
        obj=row,
        now=now,
        before=before and {"spec": before},
        after={"name": name, "spec": row.spec},
    )
    return row


@transaction.atomic
def learn(
    *, profile: MappingProfile, values: Mapping[str, Mapping[str, str]], actor: Actor, now: datetime
) -> MappingProfile:
    """Add explained spellings to a profile; a dealer's user who may not change it gets an own copy of it."""
    if not policies.may_teach_profile(actor, profile):
        if not actor.is_dealer:
            return profile
        mapping = spec.from_json(profile.spec).with_values(values)
        return save(
            name=profile.name, mapping=mapping, header=profile.header, actor=actor, now=now, overwrite=True
        )
    row = MappingProfile.objects.select_for_update().get(pk=profile.pk)
    row.spec = spec.from_json(row.spec).with_values(values).as_json()
    row.updated_at = now
    row.save()
    audit.record(actor=actor, action="core.save_profile", obj=row, now=now, after={"values": values})
    return row


@transaction.atomic
def change(
    *,
    profile: MappingProfile,
    name: str,
    values: Mapping[str, Mapping[str, str]],
    actor: Actor,
    now: datetime,
) -> MappingProfile:
    """Rename a profile and replace the spellings it explains."""
    row = _editable(profile, actor)
    name = _checked_name(name)
    taken = MappingProfile.objects.filter(kind=row.kind, dealer_id=row.dealer_id, name=name)
    if taken.exclude(pk=row.pk).exists():
        raise DomainError(
            "profile_exists", _("There is a profile of this name."), fields={"name": _("Taken.")}
        )
    before = {"name": row.name, "values": row.spec.get("values", {})}
    mapping = spec.from_json({**row.spec, "values": values})
    row.name, row.spec, row.updated_at = name, mapping.as_json(), now
    row.save()
    after = {"name": name, "values": values}
    audit.record(actor=actor, action="core.save_profile", obj=row, now=now, before=before, after=after)
    return row


@transaction.atomic
def delete(*, profile: MappingProfile, actor: Actor, now: datetime) -> None:
    """Forget a profile; imports made with it keep their own copy of the mapping."""
    row = _editable(profile, actor)
    before = {"name": row.name, "spec": row.spec}
    audit.record(actor=actor, action="core.delete_profile", obj=row, now=now, before=before)
    row.delete()


def _checked_name(name: str) -> str:
    name = " ".join(name.split())
    if not 1 <= len(name) <= LONGEST_NAME:
        text = _("A name of 1 to 100 characters is expected.")
        raise DomainError("profile_name", text, fields={"name": text})
    return name


def _editable(profile: MappingProfile, actor: Actor) -> MappingProfile:
    row = MappingProfile.objects.select_for_update().get(pk=profile.pk)
    if not policies.may_edit_profile(actor, row):
        raise PermissionDenied
    return row


def _owner(actor: Actor) -> int | None:
    """The dealer a profile belongs to; of several, the first stands for the group; none is headquarters."""
    return min(actor.scope.dealer_ids) if actor.is_dealer else None
