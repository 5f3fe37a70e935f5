"""The chain of hashes that the data base draws through the audit trail, checked from outside of it.

Within a transaction every event carries SHA-256(digest of the event before it ‖ what the event says). At
commit the events become a block, and the block the next link of the chain. The check computes everything anew
with its own SQL, so that functions replaced in the data base help nobody. Whoever rewrites the whole chain
or cuts its end off contradicts the anchors that were written to another place.
"""

# ruff: noqa: S608 -- only the constants of this module are put together, values are parameters

from __future__ import annotations

import json
import logging
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connection

from apps.core.models import AuditAnchor

log = logging.getLogger(__name__)

GUARDS = {
    "core_auditevent": ("core_audit_number", "core_audit_close", "core_audit_event_kept"),
    "core_auditblock": ("core_audit_link", "core_audit_block_kept", "core_audit_block_sealed"),
    "core_auditanchor": ("core_audit_anchor_kept",),
}
"""The triggers that refuse changes and draw the chain, by table."""

_EVENT = """convert_to(jsonb_build_array(
    id, block_id, position, (extract(epoch FROM at) * 1000000)::bigint, actor_id, actor_label,
    to_jsonb(actor_dealers), on_behalf_of, action, object_type, object_id, object_label, dealer_id,
    before::text, after::text, request_id)::text, 'UTF8')"""
_EVENTS = f"""
WITH links AS (
    SELECT id AS link, seq, rows AS counted, head FROM core_auditblock
     WHERE seq BETWEEN %(first)s AND %(last)s),
said AS (
    SELECT seq, id, position, counted, head, digest,
           sha256(coalesce(lag(digest) OVER w, ''::bytea) || {_EVENT}) AS expected,
           coalesce(lag(position) OVER w, 0) AS reached, lead(id) OVER w IS NULL AS ends
      FROM links LEFT JOIN core_auditevent ON block_id = link
    WINDOW w AS (PARTITION BY link ORDER BY position, id)),
judged AS (
    SELECT seq, id, reached, position,
           CASE WHEN id IS NULL OR position > reached + 1 THEN 'event_missing'
                WHEN position > counted THEN 'event_added'
                WHEN digest IS DISTINCT FROM expected THEN 'event_changed'
                WHEN ends AND position < counted THEN 'event_missing'
                WHEN ends AND digest <> head THEN 'event_changed'
           END AS wrong
      FROM said)
SELECT wrong, seq, CASE WHEN wrong <> 'event_missing' THEN position
                        WHEN position > reached + 1 OR id IS NULL THEN reached + 1
                        ELSE position + 1 END AS place,
       CASE WHEN wrong <> 'event_missing' THEN id END
  FROM judged WHERE wrong IS NOT NULL ORDER BY seq, place LIMIT 1
"""
_BLOCKS = """
WITH links AS (
    SELECT *, lag(seq) OVER w AS seq_before, lag(digest) OVER w AS digest_before
      FROM core_auditblock WHERE seq BETWEEN %(first)s - 1 AND %(last)s
    WINDOW w AS (ORDER BY seq)),
judged AS (
    SELECT seq, seq_before,
           CASE WHEN seq <> coalesce(seq_before, 0) + 1 THEN 'block_missing'
                WHEN previous IS DISTINCT FROM coalesce(digest_before, ''::bytea) THEN 'block_unlinked'
                WHEN digest IS DISTINCT FROM sha256(previous || convert_to(jsonb_build_array(
                         seq, id, rows, encode(head, 'hex'),
                         (extract(epoch FROM sealed_at) * 1000000)::bigint)::text, 'UTF8'))
                THEN 'block_changed' END AS wrong
      FROM links WHERE seq >= %(first)s)
SELECT wrong, CASE wrong WHEN 'block_missing' THEN coalesce(seq_before, 0) + 1 ELSE seq END, NULL, NULL
  FROM judged WHERE wrong IS NOT NULL ORDER BY seq LIMIT 1
"""
_FOREIGN = """
SELECT 'event_added', NULL, position, id FROM core_auditevent
 WHERE NOT EXISTS (SELECT FROM core_auditblock WHERE core_auditblock.id = block_id AND seq IS NOT NULL)
 ORDER BY id LIMIT 1
"""
_GUARDED = """
SELECT 1 FROM pg_trigger
 WHERE tgname = %s AND tgrelid = %s::regclass AND tgenabled IN ('O', 'A')
"""


class Flaw(StrEnum):
    """What can be wrong with the trail."""

    EVENT_CHANGED = "event_changed"
    EVENT_MISSING = "event_missing"
    EVENT_ADDED = "event_added"
    BLOCK_CHANGED = "block_changed"
    BLOCK_MISSING = "block_missing"
    BLOCK_UNLINKED = "block_unlinked"
    TAIL_CUT = "tail_cut"
    REWRITTEN = "rewritten"
    GUARD_MISSING = "guard_missing"


@dataclass(frozen=True)
class Finding:
    """The first place where the trail is broken: the block's number, the place in it, the event's id."""

    flaw: Flaw
    seq: int | None = None
    position: int | None = None
    event_id: int | None = None
    detail: str = ""

    def __str__(self) -> str:
        told = {"block": self.seq, "position": self.position, "event": self.event_id}
        place = ", ".join(f"{name} {value}" for name, value in told.items() if value is not None)
        return ": ".join(filter(None, (self.flaw.value, place, self.detail)))


@dataclass(frozen=True)
class Verdict:
    """What a check covered (blocks `first` to `last`, events in them) and what it found first."""

    first: int
    last: int
    events: int
    findings: tuple[Finding, ...]

    @property
    def intact(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


@dataclass(frozen=True)
class Anchor:
    """The head of the chain as it was told to another place."""

    seq: int
    rows: int
    digest: str


@dataclass(frozen=True)
class Restore:
    """A restore the anchors know of: which backup, to which block, and how many told blocks it lost."""

    at: str
    backup: str
    seq: int
    lost: int

    def __str__(self) -> str:
        return f"{self.at}: restored {self.backup} to block {self.seq}; {self.lost} later blocks are lost"


def verify(*, first: int = 1, last: int | None = None, anchors: Iterable[Anchor] = ()) -> Verdict:
    """Check blocks `first` to `last` (to the end when open), the guards, and the given anchors.

    Anchors kept in the data base are always asked; those from elsewhere come with `anchors`.
    """
    whole = first <= 1 and last is None
    head, _digest = _head()
    end = head if last is None else min(last, head)
    span = {"first": max(first, 1), "last": end}
    found = [*_missing_guards(), *_first(_BLOCKS, span), *_first(_EVENTS, span)]
    if whole:
        found += _first(_FOREIGN, {})
    kept = (Anchor(*row) for row in AuditAnchor.objects.order_by("seq").values_list("seq", "rows", "digest"))
    reaching = [each for each in (*kept, *anchors) if last is None or each.seq <= last]
    found += _contradicted(reaching, head)
    return Verdict(span["first"], end, _events(span), tuple(sorted(found, key=_place)))


def blocks_between(start: datetime, end: datetime) -> tuple[int, int]:
    """The numbers of the first and last block sealed in [start, end); last < first when there is none."""
    found = _row(
        "SELECT min(seq), max(seq) FROM core_auditblock WHERE sealed_at >= %s AND sealed_at < %s", start, end
    )
    return (found[0], found[1]) if found[0] is not None else (1, 0)


def anchor(*, now: datetime) -> AuditAnchor | None:
    """Keep the head of the chain, and tell it to the log and the anchor file; None when nothing is new."""
    head, digest = _head()
    latest = latest_anchor()
    known = (latest.seq, latest.rows) if latest else (0, 0)
    if head <= known[0]:
        return None
    added = _row("SELECT sum(rows) FROM core_auditblock WHERE seq > %s AND seq <= %s", known[0], head)[0]
    row = AuditAnchor.objects.create(at=now, seq=head, rows=known[1] + int(added), digest=digest)
    log.info("audit anchor %s", line_of(row))
    _tell(settings.AUDIT_ANCHORS, line_of(row))
    return row


def latest_anchor() -> AuditAnchor | None:
    """The newest anchor; None while nothing was recorded."""
    return AuditAnchor.objects.order_by("-seq").first()


def line_of(row: AuditAnchor) -> str:
    """An anchor as the JSON line that is kept outside."""
    return json.dumps({"at": row.at.isoformat(), "seq": row.seq, "rows": row.rows, "digest": row.digest})


def anchors_in(path: str) -> list[Anchor]:
    """The anchors of a file of JSON lines, as `anchor` wrote them; without those a restore made void."""
    return _told_in(path)[0]


def restores_in(path: str) -> list[Restore]:
    """The restores a file of anchors tells of; each is said with every check, for nobody may fake one."""
    return _told_in(path)[1]


def note_restore(*, backup: str, now: datetime) -> None:
    """Tell the anchor file that a backup was restored: anchors of later blocks do not hold any more."""
    seq, digest = _head()
    line = json.dumps({"at": now.isoformat(), "restored": backup, "seq": seq, "rows": 0, "digest": digest})
    log.warning("audit trail restored %s", line)
    _tell(settings.AUDIT_ANCHORS, line)


def _told_in(path: str) -> tuple[list[Anchor], list[Restore]]:
    anchors: list[Anchor] = []
    restores: list[Restore] = []
    for line in Path(path).read_text(encoding="utf-8").splitlines():
        if not line.strip():
            continue
        told = json.loads(line)
        here = Anchor(int(told["seq"]), int(told["rows"]), str(told["digest"]))
        if "restored" in told:
            highest = max((each.seq for each in anchors), default=0)
            lost = max(highest - here.seq, 0)
            restores.append(Restore(str(told["at"]), str(told["restored"]), here.seq, lost))
            anchors = [each for each in anchors if each.seq <= here.seq]
        if here.seq:
            anchors.append(here)
    return anchors, restores


def _tell(path: str, line: str) -> None:
    if not path:
        return
    try:
        Path(path).parent.mkdir(parents=True, exist_ok=True)
        with Path(path).open("a", encoding="utf-8") as handle:
            handle.write(line + "\n")
    except OSError:
        log.exception("the anchor file cannot be written: %s", path)


def _head() -> tuple[int, str]:
    linked = "SELECT seq, encode(digest, 'hex') FROM core_auditblock WHERE seq IS NOT NULL"
    row = _row(f"{linked} ORDER BY seq DESC LIMIT 1")
    return (row[0], row[1]) if row else (0, "")


def _events(span: Mapping[str, int]) -> int:
    sql = "SELECT coalesce(sum(rows), 0) FROM core_auditblock WHERE seq BETWEEN %s AND %s"
    return int(_row(sql, span["first"], span["last"])[0])


def _contradicted(anchors: Iterable[Anchor], head: int) -> Iterator[Finding]:
    """The first anchor the chain does not hold any more."""
    for each in sorted(anchors, key=lambda kept: kept.seq):
        if each.seq > head:
            yield Finding(Flaw.TAIL_CUT, seq=head + 1, detail=f"an anchor tells of block {each.seq}")
            return
        found = _row("SELECT encode(digest, 'hex') FROM core_auditblock WHERE seq = %s", each.seq)
        if found and found[0] != each.digest:
            yield Finding(Flaw.REWRITTEN, seq=each.seq, detail="an anchor tells another hash")
            return


def _missing_guards() -> Iterator[Finding]:
    for table, names in GUARDS.items():
        for name in names:
            if not _row(_GUARDED, name, table):
                yield Finding(Flaw.GUARD_MISSING, detail=name)


def _first(sql: str, values: Mapping[str, int]) -> list[Finding]:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return [Finding(Flaw(flaw), seq, place, event) for flaw, seq, place, event in cursor.fetchall()]


def _row(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()


def _place(finding: Finding) -> tuple[int, int]:
    """The order of findings: by place in the trail, those without a block last."""
    return (finding.seq if finding.seq is not None else 2**62, finding.position or 0)
