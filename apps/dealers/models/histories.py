from __future__ import annotations

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import BigIntegerRangeField, DateRangeField, RangeOperators
from django.db.models import F, Func, Value


def one_a_day(name: str, owner: str) -> ExclusionConstraint:
    """At most one row a day for each owner; without btree_gist, so that any PostgreSQL can enforce it."""
    return ExclusionConstraint(
        name=name,
        expressions=[
            (
                Func(
                    F(owner),
                    F(owner),
                    Value("[]"),
                    function="int8range",
                    output_field=BigIntegerRangeField(),
                ),
                RangeOperators.OVERLAPS,
            ),
            (
                Func(
                    F("valid_from"),
                    F("valid_to"),
                    Value("[)"),
                    function="daterange",
                    output_field=DateRangeField(),
                ),
                RangeOperators.OVERLAPS,
            ),
        ],
    )
