"""The beat of the strategies' expiry rules, as a row that an operator can edit in the admin."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_NAME = "Let expiry rules act on orders that do not fill"
_SECONDS = 5


def add_beat(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    interval, _ = apps.get_model("django_celery_beat", "IntervalSchedule").objects.get_or_create(
        every=_SECONDS, period="seconds"
    )
    # A beat that waited longer than its own interval is superseded by the next one.
    apps.get_model("django_celery_beat", "PeriodicTask").objects.get_or_create(
        name=_NAME,
        defaults={"task": "orders.expire", "interval": interval, "expire_seconds": _SECONDS},
    )


def remove_beat(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=_NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("orders", "0006_positions")]

    operations = [migrations.RunPython(add_beat, remove_beat)]
