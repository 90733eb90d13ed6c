"""Users, groups and the beat's schedule in the admin: for superusers, in Unfold's clothes."""

from django.contrib import admin
from django.contrib.auth.admin import GroupAdmin as DjangoGroupAdmin
from django.contrib.auth.admin import UserAdmin as DjangoUserAdmin
from django.contrib.auth.models import Group, User
from django_celery_beat.models import (
    ClockedSchedule,
    CrontabSchedule,
    IntervalSchedule,
    PeriodicTask,
    SolarSchedule,
)
from unfold.admin import ModelAdmin
from unfold.forms import AdminPasswordChangeForm, UserChangeForm, UserCreationForm

import tradeplatform.login_admin  # noqa: F401  registers its pages

_BEAT = [ClockedSchedule, CrontabSchedule, IntervalSchedule, PeriodicTask, SolarSchedule]

admin.site.unregister([User, Group, *_BEAT])


@admin.register(User)
class UserAdmin(DjangoUserAdmin, ModelAdmin):  # type: ignore[type-arg,misc]  # Unfold ships no types
    """People who log in. Staff in the group Traders see and act on their own rows."""

    form = UserChangeForm
    add_form = UserCreationForm
    change_password_form = AdminPasswordChangeForm
    list_display = ["username", "email", "is_active", "is_staff", "is_superuser", "last_login"]


@admin.register(Group)
class GroupAdmin(DjangoGroupAdmin, ModelAdmin):  # type: ignore[misc]  # Unfold ships no types
    """Sets of permissions."""


@admin.register(PeriodicTask)
class PeriodicTaskAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types
    """What the beat does and how often.

    Not the page of django-celery-beat: its list of task names and its button to run a task load
    the workers' code, and with it ccxt, into the web process.
    """

    list_display = ["name", "task", "enabled", "schedule", "last_run_at", "total_run_count"]
    list_filter = ["enabled"]
    list_select_related = ["interval", "crontab", "solar", "clocked"]
    search_fields = ["name", "task"]
    fields = [
        "name",
        "task",
        "description",
        "enabled",
        "interval",
        "crontab",
        "queue",
        "args",
        "kwargs",
        "last_run_at",
        "total_run_count",
    ]
    readonly_fields = ["last_run_at", "total_run_count"]


@admin.register(IntervalSchedule, CrontabSchedule, ClockedSchedule, SolarSchedule)
class ScheduleAdmin(ModelAdmin):  # type: ignore[misc]  # Unfold ships no types
    """When the beat does it."""
