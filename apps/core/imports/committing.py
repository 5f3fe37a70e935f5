"""The last step of an import: staged rows become facts, all or none."""

from __future__ import annotations

from collections.abc import Collection
from datetime import datetime
from typing import Any

from django.core.exceptions import PermissionDenied
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from apps.core import audit, news
from apps.core.access import Actor
from apps.core.errors import DomainError
from apps.core.imports import messages, progress, registry, staging
from apps.core.models import ImportBatch
from apps.core.models.imports import BatchStatus, ImportMode
from apps.core.spreadsheet.errors import Phrase


def held(batch: ImportBatch, statuses: Collection[str], actor: Actor) -> ImportBatch:
    """The batch, locked for a step of an actor who may import its kind; errors as `locked`."""
    allowed_kind(batch.kind, actor)
    return locked(batch, statuses)


def locked(batch: ImportBatch, statuses: Collection[str]) -> ImportBatch:
    """The batch, locked and re-read; `import_status` when it is not in a state for this step."""
    rows = ImportBatch.objects.select_for_update(of=("self",)).select_related("file", "profile", "job")
    row = rows.get(pk=batch.pk)
    if row.status not in statuses:
        text = _("This import is “%(status)s”; the step is not possible now.")
        raise DomainError("import_status", text, status=str(row.get_status_display()))
    return row


def allowed_kind(code: str, actor: Actor) -> registry.ImportKind:
    """The kind of that code, if the actor may import it; PermissionDenied otherwise."""
    kind = registry.kinds().get(code)
    if kind is None:
        raise DomainError("kind_unknown", _("This kind of import does not exist."), fields={"kind": code})
    if not actor.may(kind.action):
        raise PermissionDenied
    return kind


def allowed_kinds(batch: ImportBatch, actor: Actor) -> None:
    """Whether the actor may import all the kinds of a batch, for all the dealers it names."""
    for code in staging.kinds_of(batch):
        allowed_kind(code, actor)
    if not all(actor.scope.holds_dealer(dealer_id) for dealer_id in batch.summary.get("dealers", [])):
        raise PermissionDenied


def may_commit(batch: ImportBatch, mode: str) -> bool:
    """Whether the checked rows may become facts this way."""
    return batch.good_rows + batch.same_rows > 0 and (mode == ImportMode.GOOD or batch.bad_rows == 0)


def why_not(batch: ImportBatch) -> DomainError:
    """Why the checked rows may not become facts."""
    if batch.good_rows + batch.same_rows == 0:
        return DomainError("nothing_to_import", _("There is no good row to import."))
    text = _("%(count)s rows have errors. Mend them, or import only the good rows.")
    return DomainError("import_has_errors", text, count=batch.bad_rows)


def try_commit(batch: ImportBatch, actor: Actor, now: datetime) -> ImportBatch:
    """Commit; a refusal by a rule brings the import back to be decided by people."""
    try:
        with transaction.atomic():
            return commit_rows(batch, batch.mode, actor, now)
    except DomainError as error:
        row = ImportBatch.objects.select_related("file", "profile").get(pk=batch.pk)
        row.status = BatchStatus.CHECKED
        phrase = Phrase(messages.phrase_of(error.message).msgid, error.params)
        row.summary["refused_commit"] = {"code": error.code, "phrase": phrase.as_json()}
        row.save()
        news.tell(news.IMPORT_WAITS, batch=row, now=now)
        return row


def commit_rows(batch: ImportBatch, mode: str, actor: Actor, now: datetime) -> ImportBatch:
    """Let every kind of the batch take its good rows."""
    progress.tell(batch.pk, "importing")
    batch.mode = mode
    kinds = [registry.kinds()[code] for code in staging.kinds_of(batch)]
    done = {kind.code: kind.commit(batch, actor, now) for kind in kinds}
    staging.drop_good(batch)
    batch.status, batch.committed_at = BatchStatus.COMMITTED, now
    batch.created_facts = sum(result.created for result in done.values())
    batch.same_rows = max(batch.same_rows, sum(result.same for result in done.values()))
    batch.summary.pop("refused_commit", None)
    batch.summary["committed"] = {
        code: {"created": result.created, "same": result.same, "late": result.late, "notes": result.notes}
        for code, result in done.items()
    }
    batch.save()
    audit.record(actor=actor, action="core.commit_import", obj=batch, now=now, after=trail(batch))
    news.tell(news.IMPORT_DONE, batch=batch, now=now)
    return batch


def trail(batch: ImportBatch) -> dict[str, Any]:
    """What the audit trail keeps of an import."""
    names = ("kind", "mode", "total_rows", "good_rows", "bad_rows", "same_rows", "created_facts")
    return {name: getattr(batch, name) for name in names} | {
        "file": batch.file.name,
        "sha256": batch.file.sha256,
    }
