"""Versions of policies: carried over, announced before they hold, never changed once published."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest
from django.db import IntegrityError, transaction

from apps.incentives.models import Policy, PolicyVersion

pytestmark = pytest.mark.django_db


def test_the_shipped_programme_is_a_published_policy() -> None:
    row = PolicyVersion.objects.get(policy__code="quarterly_growth")
    assert (row.version, row.state, row.effective_from) == (1, "published", date(2000, 1, 1))
    assert row.document["components"][0]["params"]["tiers"][3] == {"from": "0.2", "value": "0.015"}
    assert row.read.data() == row.document
    assert row.read.digest == row.sha256


@pytest.mark.parametrize(
    "change",
    [
        {"document": {"other": 1}},
        {"sha256": "0" * 64},
        {"effective_from": date(2001, 1, 1)},
        {"state": "draft"},
        {"version": 7},
    ],
)
def test_the_data_base_refuses_to_change_what_was_published(change: dict[str, object]) -> None:
    before = PolicyVersion.objects.filter(policy__code="quarterly_growth").values().get()
    with pytest.raises(IntegrityError, match="is published"), transaction.atomic():
        PolicyVersion.objects.filter(pk=before["id"]).update(**change)
    with pytest.raises(IntegrityError, match="is published"), transaction.atomic():
        PolicyVersion.objects.filter(pk=before["id"])._raw_delete("default")
    assert PolicyVersion.objects.filter(pk=before["id"]).values().get() == before


def test_a_version_holds_from_its_announcement_at_the_earliest() -> None:
    policy = Policy.objects.create(code="late", label_zh="迟", label_en="Late")
    given = {"policy": policy, "version": 1, "state": "published", "document": {}, "sha256": "a" * 64}
    given |= {"published_at": datetime(2026, 7, 2, tzinfo=UTC), "published_on": date(2026, 7, 2)}
    with pytest.raises(IntegrityError, match="policyversion_announced"), transaction.atomic():
        PolicyVersion.objects.create(effective_from=date(2026, 7, 1), **given)
    assert PolicyVersion.objects.create(effective_from=date(2026, 7, 2), **given).is_public


def test_one_version_of_a_policy_is_prepared_at_a_time() -> None:
    policy = Policy.objects.create(code="twice", label_zh="两", label_en="Twice")
    PolicyVersion.objects.create(policy=policy, version=1, document={}, sha256="a" * 64)
    with pytest.raises(IntegrityError, match="policyversion_one_open"), transaction.atomic():
        PolicyVersion.objects.create(policy=policy, version=2, document={}, sha256="a" * 64)
