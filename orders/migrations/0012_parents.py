"""Only replacements have a parent, and only they are worth an entry in its index.

Among millions of entries without one, each further order would read some page of the index or
other to put its own there. Nothing here locks out who writes orders meanwhile for longer than a
moment; a run that was broken off is begun again.
"""

from django.db import migrations

# Django's own for a one-to-one field, which it knows nothing else of.
_OLD = "orders_order_parent_id_key"
_NEW = "order_once_per_parent"

# What a build that was broken off leaves behind is no use to anybody.
_CLEAR = f"DROP INDEX CONCURRENTLY IF EXISTS {_NEW}"
_MAKE = f"CREATE UNIQUE INDEX CONCURRENTLY {_NEW} ON orders_order (parent_id) WHERE parent_id IS NOT NULL"
_DROP_OLD = f"ALTER TABLE orders_order DROP CONSTRAINT IF EXISTS {_OLD}"
_MAKE_OLD = f"ALTER TABLE orders_order ADD CONSTRAINT {_OLD} UNIQUE (parent_id)"


class Migration(migrations.Migration):
    atomic = False

    dependencies = [("orders", "0011_growth")]

    operations = [
        migrations.RunSQL(_CLEAR, migrations.RunSQL.noop),
        migrations.RunSQL(_MAKE, _CLEAR),
        migrations.RunSQL(_DROP_OLD, _MAKE_OLD),
    ]
