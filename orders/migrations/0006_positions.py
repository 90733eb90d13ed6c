"""The beats that mark positions and compare holdings with them."""

from django.apps.registry import Apps
from django.db import migrations
from django.db.backends.base.schema import BaseDatabaseSchemaEditor

_BEATS = [
    ("Read the last prices of what is held", "strategies.mark_positions", 30),
    ("Compare what accounts hold with the positions", "orders.check_remainders", 60),
]


def add_beats(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
    task_model = apps.get_model("django_celery_beat", "PeriodicTask")
    for name, task, seconds in _BEATS:
        interval, _ = interval_model.objects.get_or_create(every=seconds, period="seconds")
        # A beat that waited longer than its own interval is superseded by the next one.
        task_model.objects.get_or_create(
            name=name, defaults={"task": task, "interval": interval, "expire_seconds": seconds}
        )


def remove_beats(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
    names = [name for name, _, _ in _BEATS]
    apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=names).delete()


class Migration(migrations.Migration):
    dependencies = [
        ("orders", "0005_polling"),
        ("strategies", "0003_positions"),
        ("django_celery_beat", "0019_alter_periodictasks_options"),
    ]

    operations = [migrations.RunPython(add_beats, remove_beats)]
