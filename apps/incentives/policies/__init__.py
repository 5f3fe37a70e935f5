from apps.incentives.policies.programmes import programme, version
from apps.incentives.policies.settlements import VIEW, line, settlement

__all__ = ["VIEW", "line", "programme", "settlement", "version"]
