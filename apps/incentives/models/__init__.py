from apps.incentives.models.policies import (
    BackTest,
    BackTestRow,
    ComplianceRule,
    ComplianceWaiver,
    Policy,
    PolicyReceipt,
    PolicyVersion,
    StandardText,
)
from apps.incentives.models.programmes import Programme, ProgrammeVersion, type_choices
from apps.incentives.models.settlements import Settlement, SettlementLine

__all__ = [
    "BackTest",
    "BackTestRow",
    "ComplianceRule",
    "ComplianceWaiver",
    "Policy",
    "PolicyReceipt",
    "PolicyVersion",
    "Programme",
    "ProgrammeVersion",
    "Settlement",
    "SettlementLine",
    "StandardText",
    "type_choices",
]
