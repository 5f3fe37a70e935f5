"""Cars outside a policy's selection: counted by reason in a statement, listed here as known then."""

# ruff: noqa: S608, S611 -- the statements come from code, values are parameters

from __future__ import annotations

from django.db.models import CharField, IntegerField, Q, QuerySet, Value
from django.db.models.expressions import RawSQL

from apps.core.access import Actor
from apps.incentives import policies
from apps.incentives.models import DisputeItem, Statement
from apps.incentives.queries import candidates
from apps.incentives.queries import cars as sales
from apps.incentives.rules import reasons, selecting
from apps.incentives.rules.facts import Window
from apps.incentives.rules.settling import WAITING
from apps.sales.models import RetailDelivery


def cars(*, actor: Actor, statement: Statement) -> QuerySet[RetailDelivery]:
    """The deliveries a statement only counts, each with its reason `code`, for who sees the statement.

    Read from the same facts as known when it was calculated; none for statements with a line for every car.
    """
    rows = RetailDelivery.objects.none()
    document = statement.version.read
    seen = policies.statement.visible_to(actor, Statement.objects.filter(pk=statement.pk))
    if statement.out_of_scope and selecting.is_narrow(document) and seen.exists():
        span = candidates.span_of(document, Window(statement.window_first, statement.window_last))
        text, values = sales.outside(document, statement, span)
        rows = RetailDelivery.objects.filter(
            dealer_id=statement.dealer_id, pk__in=_raw(f"SELECT id FROM ({text}) AS o", values)
        )
        of_one = f"SELECT o.code FROM ({text} AND f.id = sales_retaildelivery.id) AS o"
        code = _raw(of_one, values)
        if reasons.DEALER_NOT_ELIGIBLE in statement.out_of_scope:
            return rows.annotate(code=Value(reasons.DEALER_NOT_ELIGIBLE, CharField()))
        return rows.annotate(code=code)
    return rows.annotate(code=Value("", CharField()))


def listed(*, actor: Actor, statement: Statement, disputable: bool) -> QuerySet[RetailDelivery]:
    """The same, each with the statement it may be `disputed_in`, None when it may not be."""
    key = Value(statement.pk if disputable else None, IntegerField())
    return cars(actor=actor, statement=statement).annotate(disputed_in=key)


def disputable(*, actor: Actor, statement: Statement) -> QuerySet[RetailDelivery]:
    """The same without those whose dispute about this statement waits."""
    waiting = DisputeItem.objects.filter(
        Q(delivery__isnull=False), dispute__statement=statement, state__in=list(WAITING)
    )
    return cars(actor=actor, statement=statement).exclude(pk__in=waiting.values("delivery"))


def _raw(text: str, values: dict[str, object]) -> RawSQL:
    """A statement with named values as an expression, which takes them by place."""
    order: list[object] = []

    class Places(dict[str, str]):
        def __getitem__(self, key: str) -> str:
            order.append(values[key])
            return "%s"

    return RawSQL(text % Places(), order, CharField())
