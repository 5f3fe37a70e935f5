from apps.incentives.models.disputes import Dispute, DisputeItem
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
from apps.incentives.models.statements import SettlementRun, Statement, StatementLine

__all__ = [
    "BackTest",
    "BackTestRow",
    "ComplianceRule",
    "ComplianceWaiver",
    "Dispute",
    "DisputeItem",
    "Policy",
    "PolicyReceipt",
    "PolicyVersion",
    "Programme",
    "ProgrammeVersion",
    "Settlement",
    "SettlementLine",
    "SettlementRun",
    "StandardText",
    "Statement",
    "StatementLine",
    "type_choices",
]
