from apps.reports.api import duties, forms

routes = [*duties.routes, *forms.routes]
