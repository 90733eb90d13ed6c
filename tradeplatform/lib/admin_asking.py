"""Ask back before a button of a row's page does something."""

from typing import Any

from django.contrib.admin import ModelAdmin
from django.db.models import Model
from django.http import HttpRequest
from django.template.response import TemplateResponse
from django.utils.functional import Promise


def ask_back(
    page: "ModelAdmin[Any]",
    request: HttpRequest,
    row: Model,
    *,
    title: str | Promise,
    question: str,
    explanation: str | Promise,
    verb: str | Promise,
) -> TemplateResponse:
    """A page whose button `verb` posts to the address that asked; another leads back to the row."""
    context = {
        **page.admin_site.each_context(request),
        "title": title,
        "opts": page.opts,
        "original": row,
        "question": question,
        "explanation": explanation,
        "verb": verb,
    }
    return TemplateResponse(request, "admin/ask_back.html", context)
