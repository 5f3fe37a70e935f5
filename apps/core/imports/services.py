"""Imports from upload to withdrawal; each step is one transaction and may be repeated without harm."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, files, jobs
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports import (
    actors,
    checks,
    committing,
    deciding,
    lookups,
    policies,
    profiles,
    registry,
    spec,
    staging,
)
from apps.core.models import ImportBatch, MappingProfile
from apps.core.models.imports import BatchStatus, ImportMode
from apps.core.models.jobs import JobStatus

COMMIT_JOB = "core.commit_import"
INLINE_ROWS = 2_000


@dataclass(frozen=True)
class Wish:
    """What is told with an upload beside the file; anything left open is found out or asked."""

    profile: MappingProfile | None = None
    mapping: Mapping[str, Any] | None = None
    source: str = ""
    sheet: str = ""
    header_row: int | None = None
    coverage: Mapping[str, str] | None = None
    constants: Mapping[str, str] = field(default_factory=dict)
    """Values for fields the file has no column for, by field name."""
    mode: str = ""
    wait: bool = False
    """Check in this process, whatever the size of the file."""

    def given(self) -> dict[str, Any]:
        """What overrides a profile, checked; SpecError names what is wrong."""
        covered = spec.coverage(self.coverage)
        plain = {
            "source": self.source and spec.source_name(self.source),
            "sheet": self.sheet,
            "header_row": self.header_row,
            "coverage": covered and {"from": str(covered.start), "to": str(covered.end)},
            "constants": dict(self.constants),
        }
        return {name: value for name, value in plain.items() if value}


@transaction.atomic
def upload(
    *,
    kind: str,
    content: bytes,
    name: str,
    actor: Actor,
    now: datetime,
    wish: Wish = Wish(),
) -> ImportBatch:
    """Keep a file and have it checked, at once when it is small; nothing becomes a fact yet."""
    declared = committing.allowed_kind(kind, actor)
    if len(content) > settings.UPLOAD_MAX_BYTES:
        limit = settings.UPLOAD_MAX_BYTES // 2**20
        raise DomainError("file_too_large", _("The file is larger than %(limit)s MB."), limit=limit)
    if wish.mode and wish.mode not in ImportMode.values:
        raise DomainError("mode_unknown", _("The mode is all or good."))
    if wish.profile is not None and wish.profile.kind != declared.code:
        raise DomainError("profile_other_kind", _("This profile belongs to another kind of import."))
    if set(wish.constants) - {column.name for column in declared.columns}:
        raise spec.SpecError("constants", _("A field does not exist in this kind of import."))
    dealer_id = policies.dealer_of(actor)
    stored = files.store(
        content=content, name=name, actor=actor, now=now, dealer_id=dealer_id, sealed=declared.is_personal
    )
    batch = ImportBatch.objects.create(
        kind=declared.code,
        file=stored,
        profile=wish.profile,
        spec=_checked_spec(wish.mapping, actor),
        mode=wish.mode,
        summary={"given": wish.given()},
        actor_id=actor.user_id,
        actor_label=actor.label,
        dealer_id=dealer_id,
        created_at=now,
    )
    audit.record(actor=actor, action="core.upload_import", obj=batch, now=now, after=committing.trail(batch))
    return checks.start(batch, actor, now, wait=wish.wait)


@transaction.atomic
def set_mapping(
    *, batch: ImportBatch, mapping: Mapping[str, Any], actor: Actor, now: datetime, save_as: str = ""
) -> ImportBatch:
    """Give an import the mapping of its file, keep it as a profile if named, and check again."""
    row = committing.held(batch, (BatchStatus.MAPPING, BatchStatus.CHECKED), actor)
    chosen = spec.from_json(_checked_spec(mapping, actor))
    if chosen.kind != row.kind:
        raise DomainError("mapping_other_kind", _("The mapping belongs to another kind of import."))
    missing = deciding.missing_fields(chosen)
    if missing:
        fields = {column.name: _("Choose a column, a constant or a derivation.") for column in missing}
        raise DomainError("fields_missing", _("Required fields have no column yet."), fields=fields)
    names = [column["name"] for column in row.summary.get("columns", [])]
    lost = deciding.missing_columns(chosen, names)
    if lost:
        text = _("The file has no column %(columns)s.")
        raise DomainError("columns_missing", text, columns="、".join(lost))
    row.spec, row.profile = chosen.as_json(), None
    if save_as:
        header = row.summary.get("header", [])
        row.profile = profiles.save(
            name=save_as, mapping=chosen, header=header, actor=actor, now=now, overwrite=True
        )
    audit.record(actor=actor, action="core.map_import", obj=row, now=now, after={"spec": row.spec})
    return checks.start(row, actor, now)


@transaction.atomic
def keep_draft(*, batch: ImportBatch, mapping: Mapping[str, Any], actor: Actor) -> ImportBatch:
    """Keep an unfinished mapping, for example while facts are added to it or taken from it."""
    row = committing.held(batch, (BatchStatus.MAPPING, BatchStatus.CHECKED), actor)
    row.summary["draft"] = _checked_spec(mapping, actor)
    row.save(update_fields=["summary"])
    return row


@transaction.atomic
def explain_spellings(
    *, batch: ImportBatch, values: Mapping[str, Mapping[str, str]], actor: Actor, now: datetime
) -> ImportBatch:
    """Say what unknown spellings stand for, keep it in the profile too, and check again."""
    row = committing.held(batch, (BatchStatus.CHECKED,), actor)
    if not any(values.values()) or set(values) - lookups.registered():
        raise DomainError("nothing_chosen", _("Say for at least one spelling what it stands for."))
    for name, pairs in values.items():
        known = lookups.get(name).resolve(set(pairs.values()), actor)
        wrong = {text: _("Nothing is known under this name.") for text in pairs if pairs[text] not in known}
        if wrong:
            raise DomainError("target_unknown", _("Some names are not known."), fields=wrong)
    row.spec = spec.from_json(row.spec).with_values(values).as_json()
    if row.profile is not None:
        row.profile = profiles.learn(profile=row.profile, values=values, actor=actor, now=now)
    audit.record(actor=actor, action="core.explain_import", obj=row, now=now, after={"values": values})
    return checks.start(row, actor, now)


@transaction.atomic
def create_missing(
    *,
    batch: ImportBatch,
    lookup: str,
    spellings: Collection[str],
    actor: Actor,
    now: datetime,
    wait: bool = False,
) -> ImportBatch:
    """Create what the chosen unknown spellings name, and check again; only for holders of the action."""
    row = committing.held(batch, (BatchStatus.CHECKED,), actor)
    if lookup not in lookups.registered():
        raise DomainError("nothing_chosen", _("Choose at least one spelling."))
    found = lookups.get(lookup)
    unknown = {item["text"] for item in row.summary.get("unresolved", {}).get(lookup, [])}
    wanted = [text for text in spellings if text in unknown]
    if found.create is None or not found.may_create(actor):
        raise PermissionDenied
    if not wanted:
        raise DomainError("nothing_chosen", _("Choose at least one spelling."))
    found.create(wanted, actor, now)
    return checks.start(row, actor, now, wait=wait)


@transaction.atomic
def commit(*, batch: ImportBatch, mode: str, actor: Actor, now: datetime, wait: bool = False) -> ImportBatch:
    """Make facts of all rows or of the good ones, in one transaction; committing twice has one effect."""
    row = committing.held(batch, (BatchStatus.CHECKED, BatchStatus.COMMITTING, BatchStatus.COMMITTED), actor)
    if row.status != BatchStatus.CHECKED:
        return row
    committing.allowed_kinds(row, actor)
    if mode not in ImportMode.values:
        raise DomainError("mode_unknown", _("The mode is all or good."))
    if not committing.may_commit(row, mode):
        raise committing.why_not(row)
    row.mode = mode
    if wait or row.total_rows <= INLINE_ROWS:
        return committing.commit_rows(row, mode, actor, now)
    row.status = BatchStatus.COMMITTING
    row.job = jobs.enqueue(
        COMMIT_JOB,
        {"batch": row.pk, "actor": actors.packed(actor)},
        actor=actor,
        now=now,
        dealer_id=row.dealer_id,
    )
    row.save()
    return row


@transaction.atomic
def restart(*, batch: ImportBatch, actor: Actor, now: datetime) -> ImportBatch:
    """Check again what a failed job left undone; a running or queued job is left alone."""
    row = committing.held(batch, (BatchStatus.CHECKING, BatchStatus.COMMITTING), actor)
    if row.job is not None and row.job.status != JobStatus.FAILED:
        raise DomainError("still_running", _("The work is still going on."))
    return checks.start(row, actor, now)


@transaction.atomic
def finish_commit(*, batch: ImportBatch, actor: Actor, now: datetime) -> ImportBatch:
    """Do a commit that was asked for as a job."""
    row = committing.held(batch, (BatchStatus.COMMITTING, BatchStatus.COMMITTED), actor)
    return row if row.status == BatchStatus.COMMITTED else committing.try_commit(row, actor, now)


@transaction.atomic
def withdraw(*, batch: ImportBatch, actor: Actor, now: datetime) -> ImportBatch:
    """Take an import back by counter-facts; what it brought stays visible, and so does its withdrawal."""
    row = committing.held(batch, (BatchStatus.COMMITTED, BatchStatus.WITHDRAWN), actor)
    if row.status == BatchStatus.WITHDRAWN:
        return row
    committing.allowed_kinds(row, actor)
    kinds = [registry.kinds()[code] for code in staging.kinds_of(row)]
    if any(kind.withdraw is None for kind in kinds):
        raise DomainError("not_withdrawable", _("This kind of import cannot be withdrawn."))
    countered = sum(kind.withdraw(row, actor, now) for kind in kinds if kind.withdraw is not None)
    row.status, row.withdrawn_at = BatchStatus.WITHDRAWN, now
    row.summary["withdrawn"] = {"facts": countered, "by": actor.label}
    row.save()
    after = {"counter_facts": countered}
    audit.record(actor=actor, action="core.withdraw_import", obj=row, now=now, after=after)
    return row


def _checked_spec(mapping: Mapping[str, Any] | None, actor: Actor) -> dict[str, Any]:
    """A given mapping in its stored form, all its kinds allowed; empty when none is given."""
    if mapping is None:
        return {}
    chosen = spec.from_json(dict(mapping))
    for output in chosen.outputs:
        committing.allowed_kind(output.kind, actor)
    return chosen.as_json()
