"""The group Traders may have channels and see what was sent to them; what it had is left as it is."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from accounts.traders import add_permissions

_ADDED = frozenset(
    {
        "notifications.view_channel",
        "notifications.add_channel",
        "notifications.change_channel",
        "notifications.delete_channel",
        "notifications.view_message",
        "notifications.view_notice",
    }
)


def add(apps, schema_editor):
    # Django makes permissions after the last migration; the group needs them now.
    create_permissions(current_apps.get_app_config("notifications"), verbosity=0, apps=apps)
    add_permissions(apps, _ADDED)


class Migration(migrations.Migration):
    dependencies = [
        ("notifications", "0001_initial"),
        ("webhooks", "0004_position_corrections"),
    ]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
