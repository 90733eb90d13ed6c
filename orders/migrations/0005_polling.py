"""The beat that asks which accounts are due for a poll."""

from django.db import migrations

from tradeplatform.lib.beats import make_beats


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0004_following"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        make_beats(
            # Finer than the shortest interval between two polls of an account.
            ("Poll accounts whose open orders are due", "orders.poll_all", 1),
        )
    ]
