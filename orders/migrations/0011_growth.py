"""What keeps the order path and the admin's lists as fast with ten million orders as with none.

Nothing here locks out who writes orders meanwhile. So it is no one transaction, and a run that
was broken off is begun again.
"""

import django.db.models.deletion
from django.contrib.postgres.operations import AddIndexConcurrently
from django.db import migrations, models

# What a build that was broken off leaves behind is no use to anybody.
_CLEAR = "DROP INDEX CONCURRENTLY IF EXISTS order_newest_by_account"

# Django would drop the foreign key with its index, and check every order to make it again.
_OLD = "orders_order_account_id_cf843c80"
_DROP = f"DROP INDEX CONCURRENTLY IF EXISTS {_OLD}"
_MAKE_AGAIN = f"CREATE INDEX CONCURRENTLY {_OLD} ON orders_order (account_id)"

# Rows are put side by side at the end of their table. Without a tenth of each page kept free, one
# that is a little shorter than its forerunners goes into the gap that they have left in some old
# page: an alert to a hundred accounts then reads and writes a hundred pages more.
_SIDE_BY_SIDE = """
ALTER TABLE orders_order SET (fillfactor = 90);
ALTER TABLE orders_orderevent SET (fillfactor = 90);
"""
_AS_BEFORE = """
ALTER TABLE orders_order RESET (fillfactor);
ALTER TABLE orders_orderevent RESET (fillfactor);
"""


class Migration(migrations.Migration):
    atomic = False

    dependencies = [
        ("accounts", "0003_key_can_withdraw"),
        ("orders", "0010_speed"),
    ]

    operations = [
        migrations.RunSQL(_CLEAR, migrations.RunSQL.noop),
        AddIndexConcurrently(
            model_name="order",
            index=models.Index(fields=["account", "-id"], name="order_newest_by_account"),
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[migrations.RunSQL(_DROP, _MAKE_AGAIN)],
            state_operations=[
                migrations.AlterField(
                    model_name="order",
                    name="account",
                    field=models.ForeignKey(
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="orders",
                        to="accounts.account",
                    ),
                ),
            ],
        ),
        migrations.RunSQL(_SIDE_BY_SIDE, _AS_BEFORE),
    ]
