"""The beat of the strategies' expiry rules."""

from django.db import migrations

from tradeplatform.lib.beats import make_beats


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0006_positions"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        make_beats(
            ("Let expiry rules act on orders that do not fill", "orders.expire", 5),
        )
    ]
