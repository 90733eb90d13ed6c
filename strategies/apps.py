"""The strategies app."""

from django.apps import AppConfig


class StrategiesConfig(AppConfig):
    name = "strategies"
