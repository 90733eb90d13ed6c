"""The group Traders may see and do what following orders brought; what it had is left as it is."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from accounts.traders import add_permissions

_ADDED = frozenset(
    {
        "strategies.view_markprice",
        "strategies.view_hookprogress",
        "orders.view_feed",
        "orders.view_remainder",
        "orders.change_remainder",
        "orders.view_strayorder",
        "orders.change_strayorder",
    }
)


def add(apps, schema_editor):
    # Django makes permissions after the last migration; the group needs them now.
    for label in ("strategies", "orders"):
        create_permissions(current_apps.get_app_config(label), verbosity=0, apps=apps)
    add_permissions(apps, _ADDED)


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0002_traders"),
        ("orders", "0006_positions"),
        ("strategies", "0004_hooks"),
    ]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
