"""Beats as rows that an operator can edit in the admin, made by migrations."""

from django.apps.registry import Apps
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.migrations import RunPython


def make_beats(*beats: tuple[str, str, int]) -> RunPython:
    """An operation that adds these beats, or takes them away: name, task, seconds in between.

    The migration depends on django_celery_beat 0019.
    """

    def add(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        interval_model = apps.get_model("django_celery_beat", "IntervalSchedule")
        task_model = apps.get_model("django_celery_beat", "PeriodicTask")
        for name, task, seconds in beats:
            interval, _ = interval_model.objects.get_or_create(every=seconds, period="seconds")
            # A beat that waited longer than its own interval is superseded by the next one.
            task_model.objects.get_or_create(
                name=name, defaults={"task": task, "interval": interval, "expire_seconds": seconds}
            )

    def remove(apps: Apps, schema_editor: BaseDatabaseSchemaEditor) -> None:
        names = [name for name, _, _ in beats]
        apps.get_model("django_celery_beat", "PeriodicTask").objects.filter(name__in=names).delete()

    return RunPython(add, remove)
