"""R8: a call repeated with its key, at once and after a cut, has one effect and one answer."""

from __future__ import annotations

import random
from collections import Counter
from typing import Any

from django.utils import timezone

from apps.work.models import Activity
from proofs.arena import Report
from proofs.files.callers import Answer
from proofs.files.place import Place
from proofs.files.resending import together

FULL, QUICK = 2_000, 8
PATH = "/api/v1/activities/"


def prove(report: Report, place: Place, rng: random.Random, count: int) -> None:
    """Each diary is planned by 2 to 5 calls at the same moment; of a tenth, one never waits for an answer."""
    mark = f"R8-{rng.randrange(10**6):06d}"
    wanted: Counter[str] = Counter()
    for nth in range(count):
        title, key = f"{mark}-{nth:04d}", f"key-{mark}-{nth:04d}"
        wanted[title] = 1
        fields = {"kind": "diary", "title": title, "planned_on": f"{timezone.localdate()}"}

        def call(fields: dict[str, str] = fields, key: str = key) -> Answer:
            return place.manager.send(PATH, fields, key=key)

        if nth % 10 == 0:
            place.manager.cut(PATH, fields, key=key)
        answers = together(*[call] * rng.randrange(2, 6))
        first = answers[0].body
        report.expect(all(each.body == first for each in answers), f"{title}: answers differ in their bytes")
        statuses = {each.status for each in answers}
        report.expect(statuses == {201}, f"{title}: answered {statuses} {first[:200]!r}")
        if nth % 10 == 1:
            other = place.manager.send(PATH, {**fields, "purpose": "another"}, key=key)
            report.expect(
                other.status == 422, f"{title}: another body with its key is answered {other.status}"
            )
    made: Any = Activity.objects.filter(title__startswith=mark).values_list("title", flat=True)
    found = Counter(made)
    differing = {title: found[title] for title in {*found, *wanted} if found[title] != wanted[title]}
    report.expect(
        not differing, f"{len(differing)} diaries do not stand there once: {list(differing.items())[:3]}"
    )
