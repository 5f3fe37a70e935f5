"""Formulas over measures: one object gives the value, the words shown to a dealer, and the lineage."""

from apps.kernel.formula.checks import Kind, check, evaluation_order, reason_text
from apps.kernel.formula.errors import MESSAGES, FormulaError
from apps.kernel.formula.expressions import Expression, Lookup, Outcome
from apps.kernel.formula.functions import K, M, maximum, minimum, ratio, tiers
from apps.kernel.formula.parser import parse
from apps.kernel.formula.windows import Ref
from apps.kernel.formula.wording import Labels, Language
from apps.kernel.missing import Missing

__all__ = [
    "MESSAGES",
    "Expression",
    "FormulaError",
    "K",
    "Kind",
    "Labels",
    "Language",
    "Lookup",
    "M",
    "Missing",
    "Outcome",
    "Ref",
    "check",
    "evaluation_order",
    "maximum",
    "minimum",
    "parse",
    "ratio",
    "reason_text",
    "tiers",
]
