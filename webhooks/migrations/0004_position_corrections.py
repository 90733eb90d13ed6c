"""The group Traders may see corrections of positions; what it had is left as it is."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from accounts.traders import add_permissions


def add(apps, schema_editor):
    # Django makes permissions after the last migration; the group needs them now.
    create_permissions(current_apps.get_app_config("strategies"), verbosity=0, apps=apps)
    add_permissions(apps, frozenset({"strategies.view_positioncorrection"}))


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0003_traders_following"),
        ("strategies", "0005_position_corrections"),
    ]

    operations = [migrations.RunPython(add, migrations.RunPython.noop)]
