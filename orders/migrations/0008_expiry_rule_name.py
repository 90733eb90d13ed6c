"""What rules did keeps the rule's words. Of those that acted before, rank and action are known."""

from django.apps.registry import Apps
from django.db import migrations, models
from django.db.backends.base.schema import BaseDatabaseSchemaEditor
from django.db.models import CharField, OuterRef, Subquery, Value
from django.db.models.functions import Cast, Concat


def name_rules(apps: Apps, _schema_editor: BaseDatabaseSchemaEditor) -> None:
    """`rule 2 MARKET` where the rule is still there."""
    name = Concat(
        Value("rule "), Cast("rank", CharField()), Value(" "), "action", output_field=CharField()
    )
    rules = apps.get_model("strategies", "ExpiryRule").objects.filter(id=OuterRef("rule"))
    expiries = apps.get_model("orders", "Expiry").objects.filter(rule__isnull=False)
    expiries.update(rule_text=Subquery(rules.annotate(name=name).values("name")))


class Migration(migrations.Migration):
    dependencies = [("orders", "0007_expiry")]

    operations = [
        migrations.AddField(
            model_name="expiry",
            name="rule_text",
            field=models.TextField(blank=True, default=""),
        ),
        migrations.RunPython(name_rules, migrations.RunPython.noop),
    ]
