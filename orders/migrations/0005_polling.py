"""The beat that asks which accounts are due for a poll."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_NAME = "Poll accounts whose open orders are due"
# Finer than the shortest interval between two polls of an account.
_SECONDS = 1


def add_beat(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    interval, _ = interval_model.objects.get_or_create(every=_SECONDS, period="seconds")
    task_model.objects.get_or_create(
        name=_NAME,
        defaults={"task": "orders.poll_all", "interval": interval, "expire_seconds": _SECONDS},
    )


def remove_beat(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name=_NAME).delete()


class Migration(migrations.Migration):
    dependencies = [("orders", "0004_following")]

    operations = [migrations.RunPython(add_beat, remove_beat)]
