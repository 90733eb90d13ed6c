"""The beats of the order path, as rows that an operator can edit in the admin."""

from django.db import migrations

from tradeplatform.lib.beats import make_beats


class Migration(migrations.Migration):
    replaces = [
        ("orders", "0002_periodic_tasks"),
        ("orders", "0005_polling"),
        ("orders", "0006_positions"),
        ("orders", "0007_expiry"),
        ("orders", "0009_trading_state"),
    ]

    dependencies = [
        ("orders", "0001_tables"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [
        make_beats(
            ("Find alerts accepted and not carried out", "orders.sweep", 5),
            ("Resend cancels and look up missing outcomes", "orders.follow_up", 10),
            # Finer than the shortest interval between two polls of an account.
            ("Poll accounts whose open orders are due", "orders.poll_all", 1),
            ("Read the last prices of what is held", "strategies.mark_positions", 30),
            ("Compare what accounts hold with the positions", "orders.check_remainders", 60),
            ("Let expiry rules act on orders that do not fill", "orders.expire", 5),
            ("Cancel and close what a trading switch asked for", "orders.advance_trading_runs", 1),
        )
    ]
