from __future__ import annotations

from django.apps import AppConfig


class DueConfig(AppConfig):
    name = "soberhouse.due"
    label = "due"
