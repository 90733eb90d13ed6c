"""The beats of the order path, as rows that an operator can edit in the admin."""

from django.db import migrations

from tradeplatform.lib.beats import make_beats


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0001_initial"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        make_beats(
            ("Find alerts accepted and not carried out", "orders.sweep", 5),
            ("Resend cancels and look up missing outcomes", "orders.follow_up", 10),
        )
    ]
