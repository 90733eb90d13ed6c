"""The group Traders exists in every installation."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from accounts.traders import ensure_traders

_THEIRS = ("accounts", "strategies", "orders", "webhooks", "notifications")


def make_group(apps, schema_editor):
    # Django makes permissions after the last migration; the group needs them now.
    for label in _THEIRS:
        create_permissions(current_apps.get_app_config(label), verbosity=0, apps=apps)
    ensure_traders(apps)


class Migration(migrations.Migration):
    replaces = [
        ("webhooks", "0002_traders"),
        ("webhooks", "0003_traders_following"),
        ("webhooks", "0004_position_corrections"),
        ("notifications", "0002_traders"),
    ]

    dependencies = [
        *((label, "0001_tables") for label in _THEIRS),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
