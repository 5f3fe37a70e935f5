"""Files outside the web root under names nobody can guess; read back only through the download view."""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Collection
from datetime import datetime
from pathlib import PurePath

from django.conf import settings
from django.core.files.base import ContentFile
from django.db.models import Q, QuerySet
from django.utils.translation import gettext_lazy as _

from apps.core import filekinds, pii
from apps.core.access import Actor, Owners, Ownership, Policy, Rows, declare
from apps.core.errors import DomainError
from apps.core.models import StoredFile
from apps.core.roles import EVERYONE
from apps.core.wall import PERSON, UNITS, Wall, Writes

VIEW = declare("core.view_file", _("View files"), EVERYONE)


class FilePolicy(Policy):
    """A file is seen by the people of its dealer, by those over its unit, and by who stored it."""

    def in_scope(self, actor: Actor, rows: QuerySet[Rows]) -> QuerySet[Rows]:
        if actor.scope.everything:
            return rows
        return rows.filter(
            Q(dealer_id__in=actor.scope.dealer_ids)
            | Q(unit_id__in=actor.scope.unit_ids)
            | Q(owner_id=actor.user_id, owner_id__isnull=False)
        )

    def owners(self, obj: StoredFile) -> Owners:
        return Owners(
            dealers=frozenset(filter(None, [obj.dealer_id])),
            units=frozenset(filter(None, [obj.unit_id])),
            persons=frozenset(filter(None, [obj.owner_id])),
        )


policy = FilePolicy(
    StoredFile,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(writes=Writes.APPEND, also=f"unit_id = ANY ({UNITS}) OR owner_id = {PERSON}"),
)


def store(
    *,
    content: bytes,
    name: str,
    actor: Actor,
    now: datetime,
    dealer_id: int | None = None,
    unit_id: int | None = None,
    sealed: bool = False,
) -> StoredFile:
    """Keep a file; the row carries its SHA-256, owner and dealer, and the type its content has.

    A sealed one is encrypted with the key of personal data and is not downloaded by anybody.
    """
    hidden = secrets.token_hex(20)
    stored = StoredFile(
        sha256=hashlib.sha256(content).hexdigest(),
        name=PurePath(name).name[:255] or "file",
        content_type=filekinds.content_type(content),
        size=len(content),
        owner_id=actor.user_id,
        owner_label=actor.label,
        dealer_id=dealer_id,
        unit_id=unit_id,
        created_at=now,
        sealed=sealed,
    )
    kept = pii.sealed(content) if sealed else content
    stored.blob.save(f"{hidden[:2]}/{hidden}", ContentFile(kept), save=True)
    return stored


def receive(
    *,
    content: bytes,
    name: str,
    allowed: Collection[str],
    actor: Actor,
    now: datetime,
    dealer_id: int | None = None,
    unit_id: int | None = None,
    evidence: bool = False,
) -> StoredFile:
    """Take an upload of an allowed kind; a picture is drawn anew unless it is evidence, kept bit by bit."""
    if len(content) > settings.UPLOAD_MAX_BYTES:
        raise DomainError("file_size", _("The file is larger than %(most)s MB."), most=_megabytes())
    kind = filekinds.recognise(content, name, allowed=allowed)
    if kind.image:
        clean = filekinds.redrawn(content, kind)
        content = content if evidence else clean
    return store(content=content, name=name, actor=actor, now=now, dealer_id=dealer_id, unit_id=unit_id)


def _megabytes() -> int:
    return int(settings.UPLOAD_MAX_BYTES // (1024 * 1024))


def content(stored: StoredFile) -> bytes:
    """The bytes of a stored file."""
    with stored.blob.open("rb") as handle:
        kept = bytes(handle.read())
    return pii.opened(kept) if stored.sealed else kept
