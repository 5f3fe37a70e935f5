from apps.incentives.models.programmes import Programme, ProgrammeVersion, type_choices
from apps.incentives.models.settlements import Settlement, SettlementLine

__all__ = ["Programme", "ProgrammeVersion", "Settlement", "SettlementLine", "type_choices"]
