"""The rules of the compliance guard: how grave, what it is, where counsel looks it up, the wording it stops at."""
# ruff: noqa: E501 - a table of texts

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

from apps.incentives.rules.declared import Words

RED, AMBER = "red", "amber"
MEASURES_24 = "《汽车销售管理办法》（商务部令2017年第1号）第二十四条"
MEASURES_24_EN = "Measures for the Administration of Automobile Sales (MOFCOM Order 1/2017), Art. 24"
MEASURES_25 = "《汽车销售管理办法》（商务部令2017年第1号）第二十五条"
MEASURES_25_EN = "Measures for the Administration of Automobile Sales (MOFCOM Order 1/2017), Art. 25"
MONOPOLY_18 = "《反垄断法》（2022年修正）第十八条"
MONOPOLY_18_EN = "Anti-Monopoly Law (2022), Art. 18"
GUIDE = "《国务院反垄断委员会关于汽车业的反垄断指南》"
GUIDE_EN = "Antitrust Guidelines for the Automobile Industry of the State Council"
OWN = "公司政策"
OWN_EN = "Company rule"


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule of the guard: how grave, what it looks for, where it comes from."""

    code: str
    level: str
    label: Words
    article: Words


def _rule(code: str, level: str, label: tuple[str, str], article: tuple[str, str]) -> Rule:
    return Rule(code, level, Words(*label), Words(*article))


RULES: Mapping[str, Rule] = MappingProxyType(
    {
        each.code: each
        for each in (
            _rule(
                "resale_price", RED,
                ("以转售价格为返利条件", "a condition on the resale price"),
                (f"{MONOPOLY_18}（固定或限定最低转售价格）", f"{MONOPOLY_18_EN} (fixed or minimum resale prices)"),
            ),
            _rule(
                "cross_region", RED,
                ("对跨区销售扣款或处罚", "a penalty for sales outside the area"),
                (f"{GUIDE}（限制销售地域）；{MONOPOLY_18}", f"{GUIDE_EN} (territorial limits); {MONOPOLY_18_EN}"),
            ),
            _rule(
                "local_only", AMBER,
                ("仅对责任区域内销售兑付", "only sales inside the area are paid"),
                (f"{GUIDE}（限制销售地域）", f"{GUIDE_EN} (territorial limits)"),
            ),
            _rule(
                "quantity", RED,
                ("单方规定库存品种、数量或销售数量", "stock or sales quantities set by one side"),
                (f"{MEASURES_24}第（二）项", f"{MEASURES_24_EN}, item 2 (unless agreed in writing)"),
            ),
            _rule(
                "stock_range", AMBER,
                ("以库存水平为返利条件", "a condition on the level of stock"),
                (f"{MEASURES_24}第（二）项", f"{MEASURES_24_EN}, item 2"),
            ),
            _rule(
                "exclusive_dealing", RED,
                ("限制经营其他品牌或为其提供售后", "no dealing in or servicing of other makes"),
                (f"{MEASURES_24}第（三）、（四）项", f"{MEASURES_24_EN}, items 3 and 4"),
            ),
            _rule(
                "forced_advertising", RED,
                ("要求承担广告、车展费用或限定媒体", "advertising cost or media imposed on the dealer"),
                (f"{MEASURES_24}第（五）项", f"{MEASURES_24_EN}, item 5"),
            ),
            _rule(
                "building_supplier", RED,
                ("指定有偿设计、施工、材料或设备供应商", "paid designers, builders or suppliers prescribed"),
                (f"{MEASURES_24}第（六）项", f"{MEASURES_24_EN}, item 6"),
            ),
            _rule(
                "tying", RED,
                ("搭售未订购的车辆、配件、精品、金融或保险", "unordered cars, parts, finance or insurance tied in"),
                (f"{MEASURES_24}第（七）项；{GUIDE}", f"{MEASURES_24_EN}, item 7; {GUIDE_EN}"),
            ),
            _rule(
                "tying_measure", AMBER,
                ("以金融、保险、精品渗透率为返利条件", "a condition on finance, insurance or accessory shares"),
                (f"{MEASURES_24}第（七）项", f"{MEASURES_24_EN}, item 7"),
            ),
            _rule(
                "interference", RED,
                ("干涉经销商人事、财务等自主经营", "interference with the dealer's staff or finances"),
                (f"{MEASURES_24}第（八）项", f"{MEASURES_24_EN}, item 8"),
            ),
            _rule(
                "dealer_transfer", RED,
                ("限制经销商之间相互转售", "no resale between dealers"),
                (f"{MEASURES_24}第（九）项", f"{MEASURES_24_EN}, item 9"),
            ),
            _rule(
                "withholding", RED,
                ("拒绝或延迟支付返利，包括被解除授权的经销商", "rebates refused or delayed, also to former dealers"),
                (MEASURES_25, MEASURES_25_EN),
            ),
            _rule(
                "late_payment", AMBER,
                ("兑付承诺超过90天", "paid later than 90 days"),
                (MEASURES_25, MEASURES_25_EN),
            ),
            _rule(
                "discretion", AMBER,
                ("保留单方解释或随时调整的权利", "the right to interpret or change at will"),
                (f"{MEASURES_25}（公平、公正、透明）", f"{MEASURES_25_EN} (fair, just, transparent)"),
            ),
            _rule(
                "named_dealers", AMBER,
                ("仅适用于指名的经销商", "only for dealers named one by one"),
                (f"{MEASURES_25}（公平、公正）", f"{MEASURES_25_EN} (fair, just)"),
            ),
            _rule(
                "first_come", AMBER,
                ("预算先到先得，须公开剩余额度", "first come, first served: what is left must be public"),
                (f"{MEASURES_25}（透明）", f"{MEASURES_25_EN} (transparent)"),
            ),
            _rule(
                "short_dispute", AMBER,
                ("申诉期少于5个工作日", "less than five working days to dispute"),
                (OWN, OWN_EN),
            ),
            _rule(
                "one_language", AMBER,
                ("补充条款缺少中文或英文", "further terms in one language only"),
                (OWN, OWN_EN),
            ),
        )
    }
)  # fmt: skip

PATTERNS: Mapping[str, str] = {
    "resale_price": r"限价|最低(成交|零售|销售|转售)价|(成交|零售|转售|销售)价格?.{0,8}(不低于|不得低于|≥|>=)"
    r"|不得低于.{0,8}(指导价|价格)|minimum (resale|retail|selling) price|resale price maintenance",
    "cross_region": r"(跨区|窜货|区域外).{0,12}(罚|扣|处罚|取消)|penalt\w* .{0,30}outside",
    "quantity": r"(必须|须|应当|强制).{0,6}(提车|订车|库存|进货).{0,10}[0-9一二三四五六七八九十]+\s*(台|辆)|压库|强制提车"
    r"|must (stock|order|buy) (at least )?[0-9]+",
    "exclusive_dealing": r"不得(经营|销售|代理|维修).{0,8}(其他|竞品|竞争)|独家经营|exclusive dealing",
    "forced_advertising": r"(承担|分摊|缴纳).{0,10}(广告|车展|宣传)|(指定|限定).{0,6}(媒体|广告公司)"
    r"|must (bear|pay|share) .{0,20}advertis",
    "building_supplier": r"指定.{0,6}(设计|施工|建材|装修|设备).{0,6}(单位|公司|供应商|品牌)|prescribed (builder|supplier)",
    "tying": r"搭售|捆绑(销售|购买)|(必须|须)同时(购买|订购|采购)|(必须|须)(购买|采购|订购).{0,10}(精品|配件|保险|金融|延保)"
    r"|tied (goods|sale)|must also (buy|order)",
    "interference": r"(任免|聘用|解聘).{0,8}(须经|由)(厂家|主机厂|供应商)|interfere",
    "dealer_transfer": r"(禁止|不得).{0,8}(互转|相互转售|同行调车|向其他经销商)|no resale to other dealers",
    "withholding": r"(解除授权|退网|终止).{0,16}(不予|取消|不再|停止).{0,4}(兑付|支付|返利)|forfeit\w* .{0,20}(termination|exit)",
    "discretion": r"最终解释权|(有权|可)(随时|单方).{0,6}(调整|变更|取消|终止)|sole discretion|at any time without notice",
}
