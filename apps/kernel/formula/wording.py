"""How a formula is written: canonical text that parses back, and words in Chinese and English."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Literal

from apps.kernel.formula.windows import Window, WindowKind
from apps.kernel.tiers import TierTable

Language = Literal["zh", "en"]
Labels = Mapping[str, str] | Callable[[str], str]


@dataclass(frozen=True)
class Style:
    """One way of writing: operator signs, names of functions, and how references and tiers read."""

    signs: Mapping[str, str]
    functions: Mapping[str, str]
    comma: str
    reference: Callable[[str, bool, tuple[Window, ...]], str]
    tiers: Callable[[str, TierTable], str]

    def call(self, function: str, arguments: list[str]) -> str:
        """A function with its arguments."""
        return f"{self.functions[function]}({self.comma.join(arguments)})"


def number(value: Decimal) -> str:
    """A constant without exponent and without trailing zeros."""
    return format((value + 0).normalize(), "f")


def _canonical_reference(code: str, is_kpi: bool, windows: tuple[Window, ...]) -> str:
    return ".".join([f"kpi({code})" if is_kpi else code, *map(str, windows)])


def _canonical_tiers(measure: str, table: TierTable) -> str:
    steps = ", ".join(f"{number(tier.lower)}: {number(tier.rate)}" for tier in table.tiers)
    return f"tiers({measure}, {steps})"


CANONICAL = Style(
    signs={"+": "+", "-": "-", "*": "*", "/": "/"},
    functions={"min": "min", "max": "max"},
    comma=", ",
    reference=_canonical_reference,
    tiers=_canonical_tiers,
)

_WINDOW_WORDS: Mapping[Language, Mapping[WindowKind, str]] = {
    "zh": {
        WindowKind.LAST: "近{n}个月合计",
        WindowKind.MEAN: "近{n}个月月均",
        WindowKind.YTD: "本年累计",
        WindowKind.YEAR_AGO: "上年同期",
        WindowKind.PREVIOUS: "上月",
    },
    "en": {
        WindowKind.LAST: "sum of {n} months",
        WindowKind.MEAN: "monthly mean of {n} months",
        WindowKind.YTD: "year to date",
        WindowKind.YEAR_AGO: "same period last year",
        WindowKind.PREVIOUS: "previous month",
    },
}


def _labelled(labels: Labels, language: Language) -> Callable[[str, bool, tuple[Window, ...]], str]:
    words = _WINDOW_WORDS[language]
    opening, comma, closing = ("（", "，", "）") if language == "zh" else (" (", ", ", ")")

    def reference(code: str, _is_kpi: bool, windows: tuple[Window, ...]) -> str:
        label = labels.get(code, code) if isinstance(labels, Mapping) else labels(code)
        if not windows:
            return label
        inner = comma.join(words[window.kind].format(n=window.months) for window in windows)
        return f"{label}{opening}{inner}{closing}"

    return reference


def _tiers_zh(measure: str, table: TierTable) -> str:
    steps = "；".join(f"达到{number(tier.lower)}取{number(tier.rate)}" for tier in table.tiers)
    return f"分档值（{measure}：不足{number(table.tiers[0].lower)}取0；{steps}）"


def _tiers_en(measure: str, table: TierTable) -> str:
    steps = "; ".join(f"from {number(tier.lower)}: {number(tier.rate)}" for tier in table.tiers)
    return f"tier value ({measure}: below {number(table.tiers[0].lower)}: 0; {steps})"


def words(labels: Labels, language: Language) -> Style:
    """The style that reads aloud with these labels; a code without a label stands for itself."""
    return Style(
        signs={"+": "+", "-": "−", "*": "×", "/": "÷"},
        functions={"min": "较小值", "max": "较大值"}
        if language == "zh"
        else {"min": "smaller of ", "max": "larger of "},
        comma="，" if language == "zh" else ", ",
        reference=_labelled(labels, language),
        tiers=_tiers_zh if language == "zh" else _tiers_en,
    )
