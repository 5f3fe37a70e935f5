from apps.incentives.policies import documents
from apps.incentives.policies.programmes import programme, version
from apps.incentives.policies.settlements import VIEW, line, settlement

__all__ = ["VIEW", "documents", "line", "programme", "settlement", "version"]
