from django.apps import AppConfig


class DealersConfig(AppConfig):
    name = "apps.dealers"
    label = "dealers"
