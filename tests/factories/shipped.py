"""What the product ships with in its data base, for tests whose tables were emptied."""

from __future__ import annotations

from datetime import UTC, date, datetime
from importlib import import_module
from types import SimpleNamespace

from apps.incentives.models import Policy, PolicyVersion
from apps.incentives.rules import document as documents


def growth_policy() -> PolicyVersion:
    """The quarterly growth rebate as the migrations publish it."""
    names = SimpleNamespace(
        code="quarterly_growth", label_zh="季度同比增长返利", label_en="Quarterly growth rebate"
    )
    tiers = import_module("apps.incentives.migrations.0002_default_programme").TIERS
    made = import_module("apps.incentives.migrations.0009_programmes_become_policies")
    read = documents.read(made.document(names, {"tiers": tiers}))
    since = date(2000, 1, 1)
    return PolicyVersion.objects.create(
        policy=Policy.objects.create(**vars(names)),
        version=1,
        state="published",
        document=read.data(),
        sha256=read.sha256(),
        effective_from=since,
        published_on=since,
        published_at=datetime(2000, 1, 1, tzinfo=UTC),
    )
