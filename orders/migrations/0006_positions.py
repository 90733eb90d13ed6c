"""The beats that mark positions and compare holdings with them."""

from django.db import migrations

from tradeplatform.lib.beats import make_beats


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_polling"),
        ("strategies", "0003_positions"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        make_beats(
            ("Read the last prices of what is held", "strategies.mark_positions", 30),
            ("Compare what accounts hold with the positions", "orders.check_remainders", 60),
        )
    ]
