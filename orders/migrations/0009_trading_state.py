"""The beat of trading runs; the group Traders may switch what is theirs."""

from django.apps import apps as current_apps
from django.contrib.auth.management import create_permissions
from django.db import migrations

from accounts.traders import add_permissions
from tradeplatform.lib.beats import make_beats

_ADDED = frozenset(
    {
        "strategies.view_tradingrun",
        "strategies.view_tradingswitch",
        "strategies.change_tradingswitch",
    }
)


def add(apps, schema_editor):
    # Django makes permissions after the last migration; the group needs them now.
    create_permissions(current_apps.get_app_config("strategies"), verbosity=0, apps=apps)
    add_permissions(apps, _ADDED)


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0008_expiry_rule_name"),
        ("strategies", "0006_trading_state"),
        ("auth", "0012_alter_user_first_name_max_length"),
        ("contenttypes", "0002_remove_content_type_name"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        make_beats(
            ("Cancel and close what a trading switch asked for", "orders.advance_trading_runs", 1),
        ),
        migrations.RunPython(add, migrations.RunPython.noop),
    ]
