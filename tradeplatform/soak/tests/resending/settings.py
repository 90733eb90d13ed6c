"""The platform's settings, and the one thing that breaks it."""

from tradeplatform.settings import *  # noqa: F403 - all of them
from tradeplatform.settings import INSTALLED_APPS as _APPS

INSTALLED_APPS = [*_APPS, "tradeplatform.soak.tests.resending.apps.Resending"]
