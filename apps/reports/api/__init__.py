from apps.reports.api import duties

routes = [*duties.routes]
