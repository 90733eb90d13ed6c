"""The OpenAPI schema as a plain page for people.

Our own page, because the usual viewers load their code from other hosts.
"""

import json
from collections.abc import Iterator, Mapping
from typing import Any

from django.views.generic import TemplateView
from drf_spectacular.generators import SchemaGenerator

from webhooks.refusals import Reason
from webhooks.result_codes import RESULT_CODES

_METHODS = ("get", "post")


class ApiDocsView(TemplateView):
    """The schema as one page, without scripts."""

    template_name = "webhooks/docs.html"

    def get_context_data(self, **kwargs: Any) -> dict[str, Any]:
        schema = SchemaGenerator().get_schema(public=True)  # type: ignore[no-untyped-call]
        return super().get_context_data(
            info=schema["info"],
            operations=list(_operations(schema)),
            refusals=list(Reason),
            result_codes=RESULT_CODES.items(),
            **kwargs,
        )


def _operations(schema: Mapping[str, Any]) -> Iterator[dict[str, Any]]:
    for path, methods in schema["paths"].items():
        for method in _METHODS:
            if method in methods:
                yield _operation(path, method, methods[method])


def _operation(path: str, method: str, operation: Mapping[str, Any]) -> dict[str, Any]:
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
    return {
        "path": path,
        "method": method.upper(),
        "summary": operation.get("summary", ""),
        "description": operation.get("description", ""),
        "parameters": operation.get("parameters", []),
        "fields": list(body.get("schema", {}).get("properties", {}).items()),
        "examples": list(_examples(body)),
        "answers": [
            {
                "status": status,
                "description": answer["description"],
                "fields": list(_fields(_json_of(answer).get("schema", {}))),
                "examples": list(_examples(_json_of(answer))),
            }
            for status, answer in operation["responses"].items()
        ],
    }


def _json_of(answer: Mapping[str, Any]) -> Mapping[str, Any]:
    content: Mapping[str, Any] = answer.get("content", {}).get("application/json", {})
    return content


def _fields(shape: Mapping[str, Any], prefix: str = "") -> Iterator[tuple[str, Mapping[str, Any]]]:
    """Every field with its path: `results[].status` is a field of each item of `results`."""
    for name, field in shape.get("properties", {}).items():
        yield f"{prefix}{name}", field
        yield from _fields(field, f"{prefix}{name}.")
        yield from _fields(field.get("items", {}), f"{prefix}{name}[].")


def _examples(content: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    for name, example in content.get("examples", {}).items():
        title = example.get("summary", name)
        yield title, json.dumps(example["value"], indent=2, ensure_ascii=False)
