"""The group Traders exists in every installation."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from accounts.traders import ensure_traders


def make_group(apps, schema_editor):
    # Django makes permissions after the last migration; the group needs them now.
    for label in ("accounts", "strategies", "orders", "webhooks"):
        create_permissions(current_apps.get_app_config(label), verbosity=0, apps=apps)
    ensure_traders(apps)


class Migration(migrations.Migration):
    dependencies = [
        ("webhooks", "0001_initial"),
        ("accounts", "0001_initial"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("orders", "0001_initial"),
        ("strategies", "0001_initial"),
    ]

    operations = [migrations.RunPython(make_group, migrations.RunPython.noop)]
