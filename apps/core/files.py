"""Files outside the web root, named by their content; read back only through the download view."""

from __future__ import annotations

import hashlib
from datetime import datetime
from pathlib import PurePath

from django.core.files.base import ContentFile

from apps.core.access import Actor, Ownership, Policy, declare
from apps.core.models import StoredFile
from apps.core.roles import EVERYONE
from apps.core.wall import PERSON, Wall, Writes

VIEW = declare("core.view_file", "View files", EVERYONE)
policy = Policy(
    StoredFile,
    view=VIEW,
    ownership=Ownership.DEALER,
    wall=Wall(writes=Writes.APPEND, also=f"owner_id = {PERSON}"),
)


def store(
    *,
    content: bytes,
    name: str,
    content_type: str,
    actor: Actor,
    now: datetime,
    dealer_id: int | None = None,
) -> StoredFile:
    """Keep a file; the row carries its SHA-256, owner and dealer."""
    digest = hashlib.sha256(content).hexdigest()
    stored = StoredFile(
        sha256=digest,
        name=PurePath(name).name[:255] or "file",
        content_type=content_type[:100],
        size=len(content),
        owner_id=actor.user_id,
        owner_label=actor.label,
        dealer_id=dealer_id,
        created_at=now,
    )
    stored.blob.save(f"{digest[:2]}/{digest}", ContentFile(content), save=True)
    return stored


def content(stored: StoredFile) -> bytes:
    """The bytes of a stored file."""
    with stored.blob.open("rb") as handle:
        return bytes(handle.read())
