"""docs/recipes/add-a-page.md, followed."""

from __future__ import annotations

import io
import sys
from datetime import date
from types import ModuleType

import pytest
from django.urls import include, path
from openpyxl import load_workbook

from apps.core import access
from apps.kernel.period import Month
from apps.sales import services as sales
from apps.sales.models import RetailDelivery
from dealerops import urls
from tests.factories.facts import sell

PAGE = "add-a-page.md"
JUNE = Month(2026, 6)
ADDRESS = "/sales/returns/"


@pytest.fixture
def mounted(append, monkeypatch, settings):
    """The product with the page of the recipe."""
    for place in ("queries", "tables", "views", "urls"):
        append(PAGE, f"apps/sales/{place}.py")
    kept = [each for each in urls.urlpatterns if getattr(each, "app_name", "") != "sales"]
    fresh = ModuleType("tests.recipes.mounted_urls")
    fresh.urlpatterns = [*kept, path("sales/", include("apps.sales.urls"))]
    for handler in ("handler400", "handler403", "handler404", "handler500"):
        setattr(fresh, handler, getattr(urls, handler))
    monkeypatch.setitem(sys.modules, fresh.__name__, fresh)
    settings.ROOT_URLCONF = fresh.__name__


@pytest.fixture
def returned(mounted, network, now):
    """D001 and D002 each took a car back."""
    for dealer in (network.d1, network.d2):
        sell(dealer, JUNE, 2, now)
        row = RetailDelivery.objects.filter(dealer=dealer).order_by("pk")[0]
        sales.record_return(
            delivery=row, returned_on=date(2026, 6, 20), note="退车", actor=access.system("test"), now=now
        )
    return network


@pytest.mark.django_db
def test_the_page_lists_the_own_returns(returned, client_of, d1_gm):
    page = client_of(d1_gm).get(ADDRESS).content.decode()
    assert page.count("~return") >= 1
    assert "D001-2026-06-0~return" in page
    assert "D002-2026-06-0~return" not in page
    assert "D001-2026-06-1" not in page


@pytest.mark.django_db
def test_it_stands_in_the_menu(returned, client_of, d1_gm):
    assert f'href="{ADDRESS}"' in client_of(d1_gm).get("/").content.decode()


@pytest.mark.django_db
def test_it_filters_and_exports(returned, client_of, hq_ops):
    client = client_of(hq_ops)
    filtered = client.get(ADDRESS, {"dealer": "D002"}).content.decode()
    assert "D002-2026-06-0~return" in filtered
    assert "D001-2026-06-0~return" not in filtered
    answer = client.get(ADDRESS, {"_export": "xlsx"})
    cells = [cell.value for row in load_workbook(io.BytesIO(answer.content)).worksheets[0] for cell in row]
    assert {"D001-2026-06-0~return", "D002-2026-06-0~return"} <= set(cells)


@pytest.mark.django_db
def test_nobody_logged_in_goes_to_the_log_in(mounted, network, client):
    answer = client.get(ADDRESS)
    assert (answer.status_code, answer["Location"]) == (302, f"/accounts/login/?next={ADDRESS}")
