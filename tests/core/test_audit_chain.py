"""The audit trail refuses changes, and whoever changes it all the same is found."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as beat
from django.core.management import CommandError, call_command
from django.db import DatabaseError, IntegrityError, connection, transaction

from apps.core import access, audit, chain, tasks, trail_checks
from apps.core.access import Actor, Scope
from apps.core.chain import Flaw
from apps.core.models import AuditAnchor, AuditBlock, AuditEvent, Job, TrailCheck
from apps.dealers.models import DealerGroup
from tests.conftest import NOW

SYSTEM = access.system("test")


def written(*sizes: int) -> None:
    """A block of each size, as if every one were a transaction of its own."""
    for size in sizes:
        changes = [audit.Change(DealerGroup(pk=nth), {"name": nth}, {"name": nth + 1}) for nth in range(size)]
        audit.record_many(actor=SYSTEM, action="test.change", changes=changes, now=NOW)
        connection.check_constraints()


def by_superuser(sql: str, *values: Any) -> None:
    """Change the trail with its guards off."""
    with connection.cursor() as cursor:
        for state in ("DISABLE", "ENABLE"):
            cursor.execute(f"ALTER TABLE core_auditevent {state} TRIGGER USER")
            cursor.execute(f"ALTER TABLE core_auditblock {state} TRIGGER USER")
            if state == "DISABLE":
                cursor.execute(sql, values)


def event_at(block: int, position: int) -> AuditEvent:
    return AuditEvent.objects.get(block_id=AuditBlock.objects.get(seq=block).pk, position=position)


def found() -> list[tuple[str, int | None, int | None]]:
    return [(each.flaw, each.seq, each.position) for each in chain.verify().findings]


@pytest.fixture
def trail(db: None) -> None:
    written(3, 1, 4, 2)


def test_events_of_a_transaction_are_one_block_and_blocks_are_counted(trail: None) -> None:
    assert list(AuditBlock.objects.order_by("seq").values_list("seq", "rows")) == [
        (1, 3),
        (2, 1),
        (3, 4),
        (4, 2),
    ]
    verdict = chain.verify()
    assert (verdict.first, verdict.last, verdict.events, verdict.findings) == (1, 4, 10, ())


@pytest.mark.parametrize("model", [AuditEvent, AuditBlock, AuditAnchor])
@pytest.mark.parametrize("change", ["update", "delete", "truncate"])
def test_nothing_is_changed_not_even_by_the_owner(trail: None, model: Any, change: str) -> None:
    chain.anchor(now=NOW)
    before = model.objects.count()
    sql = {"update": "UPDATE {} SET id = 1", "delete": "DELETE FROM {}", "truncate": "TRUNCATE {}"}[change]
    with pytest.raises(IntegrityError, match="never changed"), transaction.atomic():
        connection.cursor().execute(sql.format(model._meta.db_table))
    assert model.objects.count() == before > 0


def test_what_a_savepoint_takes_back_leaves_no_gap(db: None) -> None:
    written(1)
    changes = [audit.Change(DealerGroup(pk=1))]
    with transaction.atomic():
        audit.record_many(actor=SYSTEM, action="test.one", changes=changes, now=NOW)
        with transaction.atomic():
            audit.record_many(actor=SYSTEM, action="test.gone", changes=changes * 3, now=NOW)
            transaction.set_rollback(True)
        audit.record_many(actor=SYSTEM, action="test.two", changes=changes, now=NOW)
    connection.check_constraints()
    assert AuditBlock.objects.get(seq=2).rows == 2
    assert chain.verify().intact


@pytest.mark.parametrize(
    ("sql", "place"),
    [
        ("UPDATE core_auditevent SET after = '{\"name\": 99}' WHERE id = %s", (Flaw.EVENT_CHANGED, 3, 2)),
        ("UPDATE core_auditevent SET at = at - interval '1 day' WHERE id = %s", (Flaw.EVENT_CHANGED, 3, 2)),
        ("UPDATE core_auditevent SET actor_label = 'another' WHERE id = %s", (Flaw.EVENT_CHANGED, 3, 2)),
        ("UPDATE core_auditevent SET on_behalf_of = 'another' WHERE id = %s", (Flaw.EVENT_CHANGED, 3, 2)),
        ("UPDATE core_auditevent SET before = NULL WHERE id = %s", (Flaw.EVENT_CHANGED, 3, 2)),
        ("DELETE FROM core_auditevent WHERE id = %s", (Flaw.EVENT_MISSING, 3, 2)),
    ],
)
def test_a_changed_or_missing_event_is_named(trail: None, sql: str, place: Any) -> None:
    by_superuser(sql, event_at(3, 2).pk)
    assert found() == [place]


def test_an_event_that_was_slipped_in_is_named(trail: None) -> None:
    last = event_at(2, 1)
    copied = "at, actor_label, on_behalf_of, action, object_type, object_id, object_label, request_id"
    insert = f"INSERT INTO core_auditevent ({copied}, block_id, position, digest) SELECT {copied}"
    by_superuser(f"{insert}, block_id, position + 1, digest FROM core_auditevent WHERE id = %s", last.pk)
    assert found() == [(Flaw.EVENT_ADDED, 2, 2)]
    by_superuser("DELETE FROM core_auditevent WHERE id > %s AND block_id = %s", last.pk, last.block_id)
    assert found() == []
    by_superuser(f"{insert}, 999999, 1, digest FROM core_auditevent WHERE id = %s", last.pk)
    assert found() == [(Flaw.EVENT_ADDED, None, 1)]


def test_the_end_of_a_block_cut_off_is_named(trail: None) -> None:
    by_superuser("DELETE FROM core_auditevent WHERE id = %s", event_at(3, 4).pk)
    assert found() == [(Flaw.EVENT_MISSING, 3, 4)]


def test_a_block_taken_out_or_rewritten_is_named(trail: None) -> None:
    by_superuser("UPDATE core_auditblock SET sealed_at = sealed_at + interval '1 second' WHERE seq = 2")
    assert found() == [(Flaw.BLOCK_CHANGED, 2, None)]
    block = AuditBlock.objects.get(seq=2).pk
    by_superuser("DELETE FROM core_auditevent WHERE block_id = %s", block)
    by_superuser("DELETE FROM core_auditblock WHERE id = %s", block)
    assert found() == [(Flaw.BLOCK_MISSING, 2, None)]


def test_only_an_anchor_tells_of_a_tail_that_was_cut_off(trail: None, settings: Any, capsys: Any) -> None:
    chain.anchor(now=NOW)
    kept = list(chain.anchors_in(settings.AUDIT_ANCHORS))
    assert [(each.seq, each.rows) for each in kept] == [(4, 10)]
    assert chain.anchor(now=NOW + timedelta(hours=1)) is None
    block = AuditBlock.objects.get(seq=4).pk
    by_superuser("DELETE FROM core_auditevent WHERE block_id = %s", block)
    by_superuser("DELETE FROM core_auditblock WHERE id = %s", block)
    assert found() == [(Flaw.TAIL_CUT, 4, None)]
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditanchor DISABLE TRIGGER USER")
        cursor.execute("DELETE FROM core_auditanchor")
        cursor.execute("ALTER TABLE core_auditanchor ENABLE TRIGGER USER")
    assert found() == []
    assert [each.flaw for each in chain.verify(anchors=kept).findings] == [Flaw.TAIL_CUT]
    with pytest.raises(CommandError, match="tail_cut: block 4"):
        call_command("verify_audit", anchors=settings.AUDIT_ANCHORS)


def test_a_chain_drawn_anew_contradicts_its_anchor(trail: None) -> None:
    chain.anchor(now=NOW)
    by_superuser("UPDATE core_auditblock SET digest = sha256('x') WHERE seq = 4")
    assert Flaw.REWRITTEN in {flaw for flaw, *_place in found()}


def test_after_a_restore_the_anchors_of_what_was_lost_are_void_and_told(trail: None, settings: Any) -> None:
    chain.anchor(now=NOW)
    path = Path(settings.AUDIT_ANCHORS)
    # the same file, beside a data base whose trail ends with block 4: blocks 5 to 9 were restored away
    with path.open("a") as handle:
        handle.write('{"at": "2026-07-12", "seq": 9, "rows": 30, "digest": "aa"}\n')
    with pytest.raises(CommandError, match="tail_cut: block 5: an anchor tells of block 9"):
        call_command("verify_audit", anchors=str(path))
    call_command("anchor_audit", restored="20260712T020000Z")
    written(1)
    chain.anchor(now=NOW)
    said = StringIO()
    call_command("verify_audit", anchors=str(path), stdout=said)
    assert "restored 20260712T020000Z to block 4; 5 later blocks are lost." in said.getvalue()
    assert "Intact: 11 events" in said.getvalue()
    assert [each.seq for each in chain.anchors_in(str(path))] == [4, 4, 5]
    by_superuser("DELETE FROM core_auditblock WHERE seq = 4")
    assert not chain.verify(anchors=chain.anchors_in(str(path))).intact


def test_the_nightly_check_is_asked_for_once_and_recorded(trail: None, settings: Any, run_jobs: Any) -> None:
    chain.anchor(now=NOW)
    chain.note_restore(backup="b1", now=NOW)
    nightly_job = trail_checks.ask(actor=SYSTEM, now=NOW)
    assert trail_checks.ask(actor=SYSTEM, now=NOW) == nightly_job
    assert run_jobs() == 1
    row = TrailCheck.objects.get()
    assert (row.last_block, row.event_count, row.anchor_count, row.problems) == (4, 10, 2, [])
    assert len(row.restores) == 1 and "b1 to block 4; 0 later blocks" in row.restores[0]
    by_superuser("UPDATE core_auditevent SET action = 'x' WHERE id = %s", event_at(2, 1).pk)
    found_at = event_at(2, 1).pk
    assert trail_checks.check(now=NOW).problems == [f"event_changed: block 2, position 1, event {found_at}"]
    Path(settings.AUDIT_ANCHORS).write_text("no anchors")
    assert trail_checks.check(now=NOW).problems[1].startswith("anchors: ")


def test_beat_asks_for_the_check(db: None) -> None:
    assert beat.CELERY_BEAT_SCHEDULE["core.nightly"]["task"] == tasks.nightly.name
    tasks.nightly()
    assert set(Job.objects.values_list("code", flat=True)) == {"core.check_trail", "core.backup"}


def test_a_guard_that_was_switched_off_is_named(trail: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE core_auditevent DISABLE TRIGGER core_audit_event_kept")
    assert [str(each) for each in chain.verify().findings] == ["guard_missing: core_audit_event_kept"]


def test_a_replaced_function_helps_nobody(trail: None) -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "CREATE OR REPLACE FUNCTION core_audit_text(e core_auditevent) RETURNS bytea LANGUAGE sql STABLE "
            "AS $$ SELECT ''::bytea $$"
        )
    written(1)
    assert found() == [(Flaw.EVENT_CHANGED, 5, 1)]


def test_a_window_is_checked_alone(trail: None, capsys: Any) -> None:
    by_superuser("UPDATE core_auditevent SET action = 'x' WHERE id = %s", event_at(1, 2).pk)
    call_command("verify_audit", first=2)
    call_command("verify_audit", first=2, last=3)
    assert "Intact: 5 events in blocks 2 to 3." in capsys.readouterr().out
    with pytest.raises(CommandError, match="event_changed: block 1, position 2, event"):
        call_command("verify_audit")
    with pytest.raises(CommandError, match="event_changed"):
        call_command("verify_audit", last=1)


def test_days_are_checked_alone(trail: None, capsys: Any) -> None:
    call_command("verify_audit", start="2000-01-01", end="2000-01-02")
    assert "Intact: 0 events" in capsys.readouterr().out
    call_command("verify_audit", start="2000-01-01")
    assert "Intact: 10 events in blocks 1 to 4." in capsys.readouterr().out
    with pytest.raises(CommandError, match="is no day"):
        call_command("verify_audit", start="July")


def test_the_head_is_printed(trail: None, capsys: Any) -> None:
    call_command("anchor_audit")
    assert '"seq": 4, "rows": 10' in capsys.readouterr().out


def test_an_event_tells_who_for_whom_and_of_which_dealer(db: None) -> None:
    deputy = Actor(7, "王五", frozenset(), Scope(dealer_ids=frozenset({4, 2})), "req-1", for_label="李四")
    audit.record(actor=deputy, action="test.act", obj=DealerGroup(pk=5, name="组"), now=NOW, after={"a": NOW})
    event = AuditEvent.objects.get()
    assert (event.actor_id, event.actor_label, event.on_behalf_of) == (7, "王五", "李四")
    assert (event.actor_dealers, event.request_id, event.object_label) == ([2, 4], "req-1", "组")
    assert (event.before, event.after) == (None, {"a": str(NOW)})


@pytest.mark.django_db(transaction=True)
def test_writers_do_not_wait_for_each_other_until_they_commit() -> None:
    """A transaction that recorded something and goes on working stops nobody else from committing."""
    first, second = threading.Event(), threading.Event()
    order: list[str] = []

    def slow() -> None:
        with transaction.atomic():
            written_in_place("slow")
            first.set()
            assert second.wait(20)
            order.append("slow")
        connection.close()

    thread = in_thread(slow)
    assert first.wait(20)
    with transaction.atomic():
        written_in_place("quick")
        order.append("quick")
    second.set()
    thread.join(20)
    assert order == ["quick", "slow"]
    rows = AuditEvent.objects.order_by("id").values_list("action", flat=True)
    assert list(rows) == ["test.slow", "test.quick"]
    assert list(AuditBlock.objects.order_by("id").values_list("seq", flat=True)) == [2, 1]
    assert chain.verify().intact


@pytest.mark.django_db(transaction=True)
def test_many_writers_draw_one_chain() -> None:
    def several() -> None:
        for nth in range(10):
            with transaction.atomic():
                written_in_place("a", nth % 3 + 1)
        connection.close()

    threads = [in_thread(several) for _ in range(4)]
    for thread in threads:
        thread.join(60)
    assert list(AuditBlock.objects.order_by("seq").values_list("seq", flat=True)) == list(range(1, 41))
    assert chain.verify().intact


@pytest.mark.django_db(transaction=True)
def test_a_disturbed_block_does_not_commit() -> None:
    def disturb() -> None:
        with transaction.atomic():
            written_in_place("x")
            connection.cursor().execute("SELECT set_config('dealerops.audit', '', true)")

    with pytest.raises(DatabaseError, match="disturbed"):
        disturb()
    assert not AuditEvent.objects.exists()


def written_in_place(name: str, count: int = 1) -> None:
    changes = [audit.Change(DealerGroup(pk=nth)) for nth in range(count)]
    audit.record_many(actor=SYSTEM, action=f"test.{name}", changes=changes, now=NOW)


def in_thread(work: Callable[[], None]) -> threading.Thread:
    thread = threading.Thread(target=work)
    thread.start()
    return thread


def test_the_anchor_file_need_not_exist_but_is_missed(trail: None, tmp_path: Path) -> None:
    with pytest.raises(CommandError, match="cannot be read"):
        call_command("verify_audit", anchors=str(tmp_path / "none"))
