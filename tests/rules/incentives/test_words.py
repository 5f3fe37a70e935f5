"""One document, three readings: the bulletin, the meter and the guard say what the settlement does."""

from decimal import Decimal as D

import pytest

from apps.incentives.rules import compliance, document, meter, network, words
from apps.incentives.rules.types import TYPES
from tests.rules.incentives import golden


def changed(name="S4 per car", **clause):
    body = golden.policy(name).data()
    body["components"][0].update(clause)
    return document.read(body)


def values(policy, **more):
    return {int(each.at_units): each.value for each in meter.steps(policy, "c1", D(100), **more)}


def test_the_meter_of_the_cliffs():
    found = values(golden.policy("S4 per car"))
    assert (found[79], found[80], found[100], found[110]) == (D(0), D(80000), D(51000), D(56500))
    steps = meter.steps(golden.policy("S4 per car"), "c1", D(100))
    assert [each.at_units for each in meter.cliffs(steps, D(2500))] == [80, 100, 110]
    assert meter.largest(steps).at_units == 80


def test_the_meter_of_the_slices():
    found = values(golden.policy("S5 slices"))
    assert (max(found.values()), found[80], found[81], found[101]) == (D(2500), D(800), D(1500), D(2500))
    assert len(found) == 150


def test_the_meter_needs_a_price_for_shares_of_it():
    assert values(golden.policy("cliff rate")) == {}
    found = values(golden.policy("cliff rate"), unit_price=D(100000))
    # 80 cars × 1,000; the 81st adds its own 1,000
    assert (found[80], found[81]) == (D("80000.00"), D("1000.00"))


def test_slices_that_come_to_the_same_at_the_target():
    turned = meter.marginal_equivalent(golden.policy("S4 per car"), "c1")
    tiers = turned.components[0].params.tiers
    # 80 × 1,000 + 20 × 1,500 = 110,000; the cliff pays 150,000 at 100: every slice × 15/11
    assert [(each.reach, each.value) for each in tiers] == [
        (D(0), D("1363.64")),
        (D("0.8"), D("2045.45")),
        (D(1), D("2727.27")),
    ]
    # to the fen per car: 80 × 1,363.64 + 20 × 2,045.45
    assert meter.steps(turned, "c1", D(100))[99].total == D("150000.20")
    assert max(values(turned).values()) == D("2727.27")
    assert document.read(turned.data()) == turned
    assert meter.marginal_equivalent(golden.policy("S5 slices"), "c1") is None
    # "below 80 % nothing" written as a tier of its own says the same
    params = golden.policy("S4 per car").data()["components"][0]["params"]
    spelt = changed(params={**params, "tiers": [{"from": "0", "value": "0"}, *params["tiers"]]})
    assert meter.marginal_equivalent(spelt, "c1").components[0].params.tiers == tiers


def test_one_number_changed_changes_all_readings():
    before = golden.policy("S4 per car")
    body = before.data()
    body["components"][0]["params"]["tiers"][0]["value"] = "1100"
    after = document.read(body)
    money = (("zh-hans", "每台1,000元", "每台1,100元"), ("en", "¥1,000 per car", "¥1,100 per car"))
    for lang, old, new in money:
        texts = ["".join(words.bulletin(each, lang)[1].lines) for each in (before, after)]
        assert old in texts[0] and old not in texts[1]
        assert new in texts[1]
    assert values(after)[80] == D(88000)
    assert words.differences(before, after, "zh") == (
        "条款 c1 · 参数 · 档位 1 · 金额或比例：1,000元 → 1,100元",
    )
    assert words.differences(before, after, "en") == (
        "Clauses c1 · Parameters · Tiers 1 · Amount or rate: ¥1,000 → ¥1,100",
    )
    assert words.differences(before, before, "zh") == ()


@pytest.mark.parametrize("name", golden.POLICIES)
def test_every_policy_reads_in_both_languages(name):
    policy = golden.policy(name, "quarter")
    chinese, english = words.bulletin(policy, "zh-hans"), words.bulletin(policy, "en")
    assert [each.no for each in chinese] == list(range(1, len(chinese) + 1))
    assert len(chinese) == len(english)
    assert not any("\u4e00" <= sign <= "\u9fff" for each in english for line in each.lines for sign in line)
    assert words.clause_no(policy, "c1") == 2
    assert words.clause_text(policy, "c1", "zh").startswith("第2条")


def test_a_trace_reads_as_sentences():
    case = next(each for each in golden.cases() if each.cars.startswith("98@"))
    outcome = network.run(golden.document_of(case), golden.network_of(case), as_of=golden.AS_OF)[1]
    assert words.explain(outcome.components[0].trace, "zh") == (
        "目标完成率：台数 98，目标 100 → 98%",
        "所达档次：完成率 98%，下限 80%，上限 100% → 1,000",
        "台数×每台金额：基数 98，标准 1,000 → 98,000",
        "四舍五入到分：金额 98,000 → 98,000",
    )
    assert words.explain(outcome.components[0].trace, "en")[0] == "Achievement: Units 98, Target 100 → 98%"


def found(policy):
    return {(each.rule, each.level) for each in compliance.findings(policy)}


def test_a_condition_on_the_resale_price_is_red():
    gated = changed(gates=[{"measure": "policy.price_to_list", "threshold": "0.95", "unit": "percent"}])
    selected = changed(selection={"price_to_list": "0.95"})
    for policy in (gated, selected):
        assert found(policy) == {("resale_price", "red")}
        finding = compliance.findings(policy)[0]
        assert "反垄断法" in finding.article.zh and "Anti-Monopoly Law" in finding.article.en
    assert compliance.findings(selected)[0].key == "resale_price@components[0].selection.price_to_list"


def test_a_clean_policy_has_no_findings():
    for name in ("S4 per car", "S5 slices", "quality", "campaign"):
        assert found(golden.policy(name)) == set()


def test_rules_can_be_left_out_or_weighed_otherwise():
    policy = changed(selection={"price_to_list": "0.95"})
    assert compliance.findings(policy, {}) == ()
    rule = compliance.RULES["resale_price"]
    weighed = {rule.code: compliance.Rule(rule.code, "amber", rule.label, rule.article)}
    assert compliance.findings(policy, weighed)[0].level == "amber"


@pytest.mark.parametrize(
    ("text", "rule"),
    [
        ("成交价不低于指导价的95%方可兑付", "resale_price"),
        ("跨区销售每台罚款一万元", "cross_region"),
        ("经销商每月必须提车50台", "quantity"),
        ("不得经营其他品牌", "exclusive_dealing"),
        ("须承担区域广告费用", "forced_advertising"),
        ("装修由指定施工单位负责", "building_supplier"),
        ("必须购买精品套装", "tying"),
        ("总经理任免须经厂家同意", "interference"),
        ("禁止经销商互转车辆", "dealer_transfer"),
        ("解除授权后未结返利不予兑付", "withholding"),
        ("厂家保留最终解释权", "discretion"),
    ],
)
def test_wording_that_counsel_should_see(text, rule):
    body = golden.policy("S4 per car").data()
    body["clause"] = {"zh": text, "en": "See the Chinese text."}
    assert rule in {each.rule for each in compliance.findings(document.read(body))}


def test_penalties_outside_the_area_and_other_terms():
    assert ("cross_region", "red") in found(golden.policy("clawback"))
    body = golden.policy("S4 per car").data()
    body["payout"].update(days=120, dispute_days=3)
    body["eligibility"]["dealers"] = ["D001"]
    body["budget"].update(amount="1000", mode="first_come")
    body["clause"] = {"zh": "补充", "en": ""}
    assert found(document.read(body)) == {
        ("late_payment", "amber"),
        ("short_dispute", "amber"),
        ("named_dealers", "amber"),
        ("first_come", "amber"),
        ("one_language", "amber"),
    }


def test_every_type_says_what_it_is_in_both_languages():
    for kind in TYPES.values():
        assert kind.label.zh and kind.label.en and kind.help.zh and kind.help.en
