"""The documentation page: plain HTML made from the OpenAPI document, since nothing may come from elsewhere."""

from collections.abc import Mapping
from html import escape
from typing import Any

import orjson

_STYLE = (
    "body{font:15px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem}"
    "summary{cursor:pointer;padding:.3rem 0}code,pre{font:13px/1.4 ui-monospace,monospace}"
    "pre{background:#f4f4f5;padding:.6rem;overflow:auto}b{display:inline-block;min-width:4.5rem}"
    "td,th{text-align:left;padding:.1rem .8rem .1rem 0;vertical-align:top}"
)


def docs_page(document: Mapping[str, Any]) -> bytes:
    """One section for each service, one fold-out for each operation."""
    info = document["info"]
    sections = [_section(tag["name"], document) for tag in document["tags"]]
    page = (
        f'<!doctype html><html lang="en"><meta charset="utf-8"><title>{escape(info["title"])} API</title>'
        f"<style>{_STYLE}</style><h1>{escape(info['title'])} API {escape(info['version'])}</h1>"
        f"<p>{escape(info['description'])} Failures are RFC 9457 problems; "
        f'titles follow Accept-Language (zh, en). The whole description: <a href="/openapi.json">openapi.json</a>.</p>'
    )
    return (page + "".join(sections) + "</html>").encode()


def _section(tag: str, document: Mapping[str, Any]) -> str:
    operations = [
        _operation(path, verb, operation)
        for path, by_verb in document["paths"].items()
        for verb, operation in by_verb.items()
        if tag in operation["tags"]
    ]
    return f"<h2>{escape(tag)}</h2>" + "".join(operations)


def _operation(path: str, verb: str, operation: Mapping[str, Any]) -> str:
    rows = "".join(
        f"<tr><td><code>{escape(item['name'])}</code><td>{escape(item['in'])}"
        f"<td>{escape(str(item['schema'].get('type', '')))}"
        f"<td>{escape(item.get('description') or item['schema'].get('description', ''))}"
        for item in operation["parameters"]
    )
    roles = ", ".join(operation["x-saleloop-roles"]) or "everybody"
    body = operation.get("requestBody", {}).get("content", {}).get("application/json", {}).get("example")
    example = ""
    if body is not None:
        example = f"<pre>{escape(orjson.dumps(body, option=orjson.OPT_INDENT_2).decode())}</pre>"
    return (
        f"<details><summary><b>{verb.upper()}</b> <code>{escape(path)}</code> {escape(operation['summary'])}</summary>"
        f"<p>{escape(operation.get('description', ''))}</p><p>Roles: {escape(roles)}</p>"
        f"<table>{rows}</table>{example}</details>"
    )
