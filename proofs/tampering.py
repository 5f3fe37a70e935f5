"""Everything a superuser can do to the audit trail, done one by one and taken back."""

from __future__ import annotations

import random
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from apps.core import access, audit, chain
from apps.core.models import AuditBlock
from apps.dealers.models import DealerGroup
from proofs.arena import Report

Place = tuple[str, int | None, int | None]
TABLES = ("core_auditevent", "core_auditblock", "core_auditanchor")
EDITS = {
    "at": "at - interval '1 microsecond'",
    "actor_id": "coalesce(actor_id, 0) + 1",
    "actor_label": "actor_label || ' '",
    "actor_dealers": "'{1}'",
    "on_behalf_of": "'nobody'",
    "action": "upper(action)",
    "object_type": "'x'",
    "object_id": "object_id || '0'",
    "object_label": "object_label || 'x'",
    "dealer_id": "coalesce(dealer_id, 0) + 1",
    "before": "NULL",
    "after": "'null'",
    "request_id": "'r' || request_id",
}
COPIED = (
    "at, actor_id, actor_label, actor_dealers, on_behalf_of, action, object_type, object_id, object_label, "
    "dealer_id, before, after, request_id"
)


class Trail:
    """A clean trail of many blocks, anchors kept outside of it, and everything one may do to it."""

    def __init__(self, rng: random.Random, blocks: int) -> None:
        self.rng = rng
        for nth in range(blocks):
            write(rng, rng.choice((1, 1, 2, 5)))
            if nth % 10 == 9 or nth == blocks - 1:
                anchor()
        self.sizes: dict[int, int] = {
            seq: rows for seq, rows in AuditBlock.objects.values_list("seq", "rows") if seq is not None
        }
        self.anchors = tuple(chain.anchors_in(anchor_file()))

    def judged(self) -> list[Place]:
        """What the check says of the trail as it is now."""
        found = chain.verify(anchors=self.anchors).findings
        return [(str(each.flaw), each.seq, each.position) for each in found]

    def somewhere(self) -> tuple[int, int, int]:
        """The block, position and id of any event."""
        seq = self.rng.choice(list(self.sizes))
        position = self.rng.randint(1, self.sizes[seq])
        sql = "SELECT e.id FROM core_auditevent e JOIN core_auditblock b ON b.id = block_id "
        return seq, position, one(sql + "WHERE seq = %s AND position = %s", seq, position)

    def edit(self) -> Place:
        """Change one field of one event."""
        seq, position, pk = self.somewhere()
        field = self.rng.choice(list(EDITS))
        run(f"UPDATE core_auditevent SET {field} = {EDITS[field]} WHERE id = %s", pk)
        return ("event_changed", seq, position)

    def edit_with_its_hash(self) -> Place:
        """Change an event and its own hash; the next one, or the block, tells."""
        seq, position, pk = self.somewhere()
        run('UPDATE core_auditevent SET after = \'{"name": "forged"}\' WHERE id = %s', pk)
        run(
            "UPDATE core_auditevent AS e SET digest = sha256("
            "coalesce((SELECT p.digest FROM core_auditevent p WHERE p.block_id = e.block_id "
            "AND p.position = e.position - 1), '') || core_audit_text(e)) "
            "WHERE id = %s",
            pk,
        )
        return ("event_changed", seq, min(position + 1, self.sizes[seq]))

    def delete(self) -> Place:
        """Take one event out."""
        seq, position, pk = self.somewhere()
        run("DELETE FROM core_auditevent WHERE id = %s", pk)
        return ("event_missing", seq, position)

    def insert(self) -> Place:
        """Add an event at the end of a block, or in a block of its own."""
        seq, _position, pk = self.somewhere()
        own = self.rng.random() < 0.5
        run(
            f"INSERT INTO core_auditevent ({COPIED}, block_id, position, digest) SELECT {COPIED}, "
            f"{'999999' if own else 'block_id'}, %s, digest FROM core_auditevent WHERE id = %s",
            1 if own else self.sizes[seq] + 1,
            pk,
        )
        return ("event_added", None, 1) if own else ("event_added", seq, self.sizes[seq] + 1)

    def swap(self) -> Place:
        """Exchange what two events say."""
        one_, other = self.somewhere(), self.somewhere()
        while one_[2] == other[2]:
            other = self.somewhere()
        run(
            "UPDATE core_auditevent AS e SET object_id = o.object_id, before = o.before, after = o.after "
            "FROM core_auditevent AS o WHERE (e.id, o.id) IN ((%s, %s), (%s, %s))",
            *(one_[2], other[2], other[2], one_[2]),
        )
        return ("event_changed", *min(one_[:2], other[:2]))

    def take_a_block(self) -> Place:
        """Take a whole transaction out of the middle."""
        seq = self.rng.choice(list(self.sizes)[:-1])
        self._cut("seq = %s", seq)
        return ("block_missing", seq, None)

    def change_a_block(self) -> Place:
        """Change when a transaction was sealed, or its count."""
        seq = self.rng.choice(list(self.sizes))
        run("UPDATE core_auditblock SET sealed_at = sealed_at - interval '1 hour' WHERE seq = %s", seq)
        return ("block_changed", seq, None)

    def cut_the_tail(self) -> Place:
        """Cut the end off, the last anchor in the data base included."""
        seq = self.rng.choice(list(self.sizes))
        self._cut("seq >= %s", seq)
        run("DELETE FROM core_auditanchor WHERE seq >= %s", seq)
        return ("tail_cut", seq, None)

    def write_it_anew(self) -> Place:
        """Draw a new chain over changed events; only anchors from outside contradict it."""
        seq, _position, pk = self.somewhere()
        run('UPDATE core_auditevent SET after = \'{"name": "forged"}\' WHERE id = %s', pk)
        run(
            f"CREATE TEMPORARY TABLE kept ON COMMIT DROP AS SELECT seq, position, {COPIED} "
            "FROM core_auditevent JOIN core_auditblock AS b ON b.id = block_id WHERE seq >= %s",
            seq,
        )
        self._cut("seq >= %s", seq)
        run("DELETE FROM core_auditanchor WHERE seq >= %s", seq)
        guard(True)
        for later in range(seq, len(self.sizes) + 1):
            insert = f"INSERT INTO core_auditevent ({COPIED}) SELECT {COPIED} FROM kept WHERE seq = %s"
            run(insert + " ORDER BY position", later)
            run("SET CONSTRAINTS ALL IMMEDIATE; SET CONSTRAINTS ALL DEFERRED")
        run("DROP TABLE kept")
        return ("rewritten", min(each.seq for each in self.anchors if each.seq >= seq), None)

    def _cut(self, where: str, seq: int) -> None:
        run(
            f"DELETE FROM core_auditevent WHERE block_id IN (SELECT id FROM core_auditblock WHERE {where})",
            seq,
        )
        run(f"DELETE FROM core_auditblock WHERE {where}", seq)

    @property
    def tamperings(self) -> Sequence[Callable[[], Place]]:
        """Everything that may be done, the cheap ones as often as they are likely."""
        common = (self.edit, self.edit_with_its_hash, self.delete, self.insert, self.swap)
        rare = (self.take_a_block, self.change_a_block, self.cut_the_tail)
        return (*common * 3, *rare * 2, self.write_it_anew)


def try_all(report: Report, rng: random.Random, *, clean: int, blocks: int, tamperings: int) -> None:
    """Check a clean trail of `clean` events, then tamper with one of `blocks` blocks, each time anew."""

    trail = Trail(rng, blocks)
    report.expect(trail.judged() == [], f"a clean trail is called broken: {trail.judged()}")
    for nth in range(tamperings):
        with undone():
            guard(False)
            tampering = trail.tamperings[nth % len(trail.tamperings)]
            expected = tampering()
            guard(True)
            found = trail.judged()
        report.expect(expected in found[:2], f"{tampering.__name__}: expected {expected}, found {found}")
    report.expect(trail.judged() == [], "the trail is not clean after the trials")
    while clean > 0:
        write(rng, min(clean, 5_000))
        clean -= 5_000
    verdict = chain.verify()
    report.expect(verdict.intact, f"false alarm on {verdict.events} clean events: {verdict.findings[:1]}")


def write(rng: random.Random, count: int) -> None:
    """One transaction that records `count` changes."""
    changes = [
        audit.Change(DealerGroup(pk=rng.randrange(10**6)), {"name": nth}, {"name": f"集团{rng.random()}"})
        for nth in range(count)
    ]
    with transaction.atomic():
        audit.record_many(
            actor=access.system("proof"), action="dealers.change_group", changes=changes, now=timezone.now()
        )
        connection.check_constraints()


def anchor() -> None:
    """Tell the head of the chain to the anchor file."""
    chain.anchor(now=timezone.now())


def anchor_file() -> str:
    """Where anchors are kept outside the data base."""

    return str(settings.AUDIT_ANCHORS)


def guard(on: bool) -> None:
    """Switch the triggers of the trail, as only its owner or a superuser can."""
    for table in TABLES:
        run(f"ALTER TABLE {table} {'ENABLE' if on else 'DISABLE'} TRIGGER USER")


@contextmanager
def undone() -> Iterator[None]:
    """Everything done in the block is rolled back at its end."""

    with transaction.atomic():
        yield
        transaction.set_rollback(True)


def run(sql: str, *values: Any) -> None:
    """Send a statement past the product."""

    with connection.cursor() as cursor:
        cursor.execute(sql, values or None)


def one(sql: str, *values: Any) -> int:
    """The single value of a query."""

    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return int(cursor.fetchone()[0])


def plant() -> None:
    """The check looks at places and counts only, not at what events say."""

    chain._EVENTS = chain._EVENTS.replace("digest IS DISTINCT FROM expected", "false").replace(
        "digest <> head", "false"
    )
