"""docs/recipes/tell-ask-and-decide.md, followed."""

from __future__ import annotations

from decimal import Decimal

import pytest

from apps.core.errors import DomainError
from apps.kernel.period import Month
from apps.sales.models import RetailDelivery
from apps.work import registry
from apps.work import services as work
from apps.work.models import Approval, Notice, Todo
from tests.factories.facts import sell

PAGE, FILE = "tell-ask-and-decide.md", "apps/sales/price_exceptions.py"


@pytest.fixture
def recipe(write, monkeypatch: pytest.MonkeyPatch):
    for name in ("_notices", "_todos", "_flows"):
        monkeypatch.setattr(registry, name, dict(getattr(registry, name)))
    return write(PAGE, FILE)


@pytest.mark.django_db
def test_a_price_is_asked_for_allowed_told_and_followed_by_a_to_do(
    recipe, network, cast, client_of, actor_of, now
) -> None:
    sell(network.d1, Month(2026, 6), 1, now)
    delivery = RetailDelivery.objects.get()
    by = {name: actor_of(user) for name, user in cast.items()}
    recipe.ask(delivery=delivery, below=Decimal(80_000), actor=by["d1_sm"], now=now)
    approval = recipe.ask(delivery=delivery, below=Decimal(80_000), actor=by["d1_sm"], now=now)
    assert (Approval.objects.count(), approval.level) == (1, "account_manager")
    assert shown(client_of(cast["am_1"]), "¥80000 below") == (True, True)
    with pytest.raises(DomainError) as refused:
        work.decide(approval=approval, verdict="approve", comment="", actor=by["reg_a"], now=now)
    assert refused.value.code == "not_yours"
    approval = work.decide(approval=approval, verdict="approve", comment="", actor=by["am_1"], now=now)
    assert (approval.state, approval.level) == ("waiting", "region_manager")
    assert not Notice.objects.filter(code=recipe.ALLOWED).exists()
    approval = work.decide(approval=approval, verdict="approve", comment="", actor=by["reg_a"], now=now)
    assert approval.state == "approved"
    told = Notice.objects.filter(code=recipe.ALLOWED).values_list("user__username", flat=True)
    assert sorted(told) == ["d1_gm", "d1_sm"]
    todo = Todo.objects.get(code=recipe.PAPERS)
    assert (todo.role, todo.dealer_id, todo.state) == ("dealer_sales", network.d1.pk, "open")
    assert "Add the papers" in client_of(cast["d1_sm"]).get("/work/todos/").content.decode()
    work.close_todo(key=todo.key, now=now, by="d1_sm")
    todo.refresh_from_db()
    assert todo.state == "done"


def shown(client, text: str) -> tuple[bool, bool]:
    """Whether the approval stands on the list of who decides, and under the bell."""
    pages = ("/work/approvals/", "/work/notices/")
    found = [text in client.get(page).content.decode() for page in pages]
    return found[0], found[1]
