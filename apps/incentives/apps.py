from django.apps import AppConfig


class IncentivesConfig(AppConfig):
    name = "apps.incentives"
    label = "incentives"
