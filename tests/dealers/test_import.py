"""Lists of dealers come in: real ones with exact counts, and wrong rows named one by one."""

from __future__ import annotations

import csv
import os
from collections import Counter
from pathlib import Path

import pytest

from apps.core.access import system
from apps.core.imports import lookups
from apps.core.imports import services as imports
from apps.core.models import AuditEvent, ImportBatch
from apps.core.models.imports import BatchStatus, ImportMode
from apps.dealers import queries
from apps.dealers.models import Dealer, DealerCode, DealerPlacement, OrgUnit
from apps.dealers.rules import UNKNOWN_SINCE

REAL = Path(os.environ.get("DEALEROPS_REAL_DATA", Path(__file__).resolve().parents[3] / "shared" / "data"))
WEY, SECOND, SALES = REAL / "cn_dealers_wey.csv", REAL / "cn_dealers_487.csv", REAL / "dealer_sales_2022.csv"
needs_real = pytest.mark.skipif(not WEY.exists(), reason=f"no real dealer lists in {REAL}")
SYSTEM = system("test")


def check(content: bytes, now, *, name: str = "dealers.csv") -> ImportBatch:
    return imports.upload(
        kind="dealers.dealer",
        content=content,
        name=name,
        actor=SYSTEM,
        now=now,
        wish=imports.Wish(wait=True),
    )


def take(batch: ImportBatch, now, mode: str = ImportMode.ALL) -> ImportBatch:
    return imports.commit(batch=batch, mode=mode, actor=SYSTEM, now=now, wait=True)


def counts(batch: ImportBatch) -> tuple[int, int, int, int, int]:
    return batch.total_rows, batch.good_rows, batch.bad_rows, batch.same_rows, batch.warning_rows


def found(batch: ImportBatch) -> dict[int, list[tuple[str, str]]]:
    """Row → (code, what is wrong), errors and warnings together."""
    return {
        row.row_no: [(item["code"], item["expected"]["msgid"]) for item in row.errors + row.warnings]
        for row in batch.rows.order_by("row_no")
        if row.errors or row.warnings
    }


@needs_real
def test_the_first_real_network_comes_in_whole(db, now) -> None:
    batch = check(WEY.read_bytes(), now)
    assert batch.status == BatchStatus.CHECKED
    assert counts(batch) == (221, 221, 0, 0, 0)
    done = take(batch, now)
    assert done.created_facts == 221
    assert (Dealer.objects.count(), DealerCode.objects.count(), DealerPlacement.objects.count()) == (221,) * 3
    assert AuditEvent.objects.filter(action="dealers.create_dealer").count() == 221
    with WEY.open(encoding="utf-8") as handle:
        listed = Counter(row["province"] for row in csv.DictReader(handle))
    placed = Counter(Dealer.objects.values_list("province__name", flat=True))
    assert placed == listed
    assert Counter(Dealer.objects.values_list("unit__name", flat=True)) == listed
    assert Dealer.objects.filter(city__isnull=True).count() == 0
    assert OrgUnit.objects.filter(kind="hq").count() == 1
    assert OrgUnit.objects.filter(kind="region").count() == 7
    assert OrgUnit.objects.filter(kind="province").count() == len(listed) == 31
    with WEY.open(encoding="utf-8") as handle:
        codes = {row["city"]: row["dealer_code"] for row in csv.DictReader(handle)}
    for city, expected in {
        "温州瑞安": ("温州市", "瑞安市"),
        "黔南都匀": ("黔南布依族苗族自治州", "都匀市"),
        "上海闵行": ("上海市", "闵行区"),
        "潜江": ("潜江市", None),
    }.items():
        dealer = Dealer.objects.get(code=codes[city])
        assert (dealer.city.name, dealer.county.name if dealer.county else None) == expected
    twin = Dealer.objects.get(code="140108-01")
    assert (twin.name, twin.city.name) == ("万吉祥汽车服务有限公司", "太原市")
    node = next(node for node in queries.tree(actor=SYSTEM, on=now.date()) if node.unit.kind == "hq")
    assert node.all_dealers == 221
    assert queries.unit_of(dealer=twin, on=UNKNOWN_SINCE).name == "山西省"


@needs_real
def test_the_second_real_network_matches_places_of_the_past_with_a_note(db, now) -> None:
    batch = check(SECOND.read_bytes(), now)
    assert counts(batch) == (487, 487, 0, 0, 4)
    assert {row: [code for code, _text in items] for row, items in found(batch).items()} == {
        249: ["place_former"],
        430: ["place_former"],
        432: ["place_former"],
        481: ["place_former"],
    }
    assert take(batch, now).created_facts == 487
    assert Dealer.objects.count() == 487
    cities = dict(
        Dealer.objects.filter(code__in=["365", "651", "655", "741"]).values_list("code", "city__name")
    )
    assert cities == {"365": "济南市", "651": "铜仁市", "655": "毕节市", "741": "哈密市"}
    assert Dealer.objects.get(code="365").county.name == "莱芜区"
    direct = Dealer.objects.filter(code__in=["425", "464", "466", "468", "752"])
    assert sorted(direct.values_list("city__name", flat=True)) == sorted(
        ["济源市", "仙桃市", "潜江市", "天门市", "石河子市"]
    )
    tiers = Counter(Dealer.objects.values_list("city_tier", flat=True))
    assert (
        sum(tiers.values()) == 487
        and tiers["tier_1"]
        == Dealer.objects.filter(city__name__in=["北京市", "上海市", "广州市", "深圳市"]).count()
    )


@needs_real
def test_the_same_list_twice_changes_nothing_and_both_lists_live_together(db, now) -> None:
    take(check(WEY.read_bytes(), now), now)
    before = list(Dealer.objects.order_by("pk").values())
    units = OrgUnit.objects.count()
    again = check(WEY.read_bytes(), now)
    assert counts(again) == (221, 0, 0, 221, 0)
    assert take(again, now).created_facts == 0
    assert list(Dealer.objects.order_by("pk").values()) == before
    second = check(SECOND.read_bytes(), now)
    assert counts(second) == (487, 487, 0, 0, 6)
    known = [row for row, items in found(second).items() if items[0][0] == "name_known"]
    with SECOND.open(encoding="utf-8") as handle:
        names = [row["dealer_name"] for row in csv.DictReader(handle)]
    assert sorted(names[row - 2] for row in known) == ["广安东创昌升车业有限公司", "抚顺千和汽车销售有限公司"]
    assert take(second, now).created_facts == 487
    assert Dealer.objects.count() == 708
    assert OrgUnit.objects.count() == units


@needs_real
def test_unknown_sellers_of_the_sales_file_become_dealers(db, now) -> None:
    with SALES.open(encoding="utf-8-sig") as handle:
        sellers = {row["Dealer_Name"] for row in csv.DictReader(handle)}
    assert len(sellers) == 28
    lookup = lookups.get("dealer")
    assert lookup.resolve(sellers, SYSTEM) == {}
    made = lookup.create(sellers, SYSTEM, now)
    assert lookup.resolve(sellers, SYSTEM) == made
    assert Dealer.objects.count() == 28
    assert sorted(Dealer.objects.values_list("code", flat=True)) == [
        f"X{number:04d}" for number in range(1, 29)
    ]


HEAD = "省份,城市,经销商代码,经销商名称,简称,集团,店型,片区,开业日期\n"


def rows(*lines: str) -> bytes:
    return (HEAD + "\n".join(lines) + "\n").encode()


def test_a_code_given_to_two_dealers_names_both_rows_and_both_names(network, now) -> None:
    batch = check(
        rows(
            "浙江省,杭州市,330101,杭州甲汽车有限公司,,,,,",
            "浙江省,宁波市,330201,宁波乙汽车有限公司,,,,,",
            "浙江省,温州市,330101,温州丙汽车有限公司,,,,,",
            "浙江省,宁波市,330201,宁波乙汽车有限公司,,,,,",
        ),
        now,
    )
    assert counts(batch) == (4, 1, 3, 0, 0)
    errors = {row.row_no: row.errors[0] for row in batch.rows.all() if row.errors}
    assert {row: error["code"] for row, error in errors.items()} == {
        2: "code_twice",
        4: "code_twice",
        5: "repeated",
    }
    assert errors[2]["expected"]["params"] == {"row": 4, "name": "温州丙汽车有限公司"}
    assert errors[4]["expected"]["params"] == {"row": 2, "name": "杭州甲汽车有限公司"}
    assert errors[5]["expected"]["params"]["row"] == 3
    before = Dealer.objects.count()
    assert take(batch, now, ImportMode.GOOD).created_facts == 1
    assert Dealer.objects.count() == before + 1


def test_unknown_places_are_errors_with_the_nearest_name(network, now) -> None:
    batch = check(
        rows(
            "浙江,杭洲市,A1,甲汽车有限公司,,,,,",
            "浙江省,南京市,A2,乙汽车有限公司,,,,,",
            "火星省,北京市,A3,丙汽车有限公司,,,,,",
            "山东省,莱芜市,A4,丁汽车有限公司,,,,,",
            "浙江省,杭州高新区,A5,戊汽车有限公司,,,,,",
        ),
        now,
    )
    assert counts(batch) == (5, 2, 3, 0, 2)
    shown = {row.row_no: (row.errors + row.warnings)[0] for row in batch.rows.all()}
    assert {row: item["code"] for row, item in shown.items()} == {
        2: "place_unknown",
        3: "place_unknown",
        4: "place_unknown",
        5: "place_former",
        6: "place_partial",
    }
    assert shown[2]["expected"]["params"]["near"].startswith("杭州市")
    assert shown[3]["expected"]["params"]["near"] == "江苏省 南京市"
    assert shown[4]["expected"]["params"] == {}
    assert shown[5]["expected"]["params"] == {"text": "莱芜市", "current": "济南市莱芜区", "since": 2019}


def test_new_dealers_stand_in_the_units_that_exist_and_new_areas_and_groups_are_made(network, now) -> None:
    batch = check(
        rows(
            "浙江,杭州,N1,杭州新店汽车有限公司,新店,第一投资集团,城市展厅,浙北片区,2026-03-01",
            "浙江,温州,N2,温州新店汽车有限公司,,第二投资集团,二网,浙南二片,",
            "湖北省,武汉市,N3,武汉新店汽车有限公司,,,,,",
        ),
        now,
    )
    assert counts(batch) == (3, 3, 0, 0, 0)
    take(batch, now)
    first, second, third = (Dealer.objects.get(code=code) for code in ("N1", "N2", "N3"))
    assert (first.unit, first.group, first.store_type) == (network.area_1, network.group, "city_showroom")
    assert DealerPlacement.objects.get(dealer=first).valid_from.isoformat() == "2026-03-01"
    assert (second.unit.name, second.unit.parent, second.group.name) == (
        "浙南二片",
        network.province_zj,
        "第二投资集团",
    )
    assert (third.unit.name, third.unit.kind, third.unit.parent.name) == ("湖北省", "province", "华中大区")
    assert third.unit.parent.parent == network.hq
    assert third.unit.division_id == "42"


def test_a_known_code_with_other_values_is_an_error_and_nothing_is_overwritten(network, now) -> None:
    batch = check(rows("浙江省,杭州市,D001,另一家汽车有限公司,,,,,"), now)
    assert counts(batch) == (1, 0, 1, 0, 0)
    error = batch.rows.get().errors[0]
    assert error["code"] == "known_otherwise"
    assert error["expected"]["params"]["name"] == "D001汽车销售服务有限公司"
    assert Dealer.objects.get(code="D001").name == "D001汽车销售服务有限公司"
