"""Serve the list of all addresses: OpenAPI for machines, a page for people. No scripts."""

from __future__ import annotations

from functools import cache
from html import escape

from fastapi import FastAPI, Response

from sync import wire
from sync.backoffice.office import Office, json_answer
from sync.backoffice.pages import SECURITY_HEADERS, draw_page, draw_section, draw_table
from sync.describe import openapi
from sync.endpoints import ENDPOINTS, Endpoint

_ADMITS = {
    "device": "设备令牌",
    "hall": "管理令牌",
    "password": "口令",
    "staff": "登录",
    "anyone": "—",
}


def add_reference(app: FastAPI, office: Office) -> None:
    @app.get("/openapi.json")
    async def for_machines() -> Response:
        return json_answer(_described(office.settings.version))

    @app.get("/reference")
    async def for_people() -> Response:
        return Response(_page(), media_type="text/html; charset=utf-8", headers=SECURITY_HEADERS)


_described = cache(openapi)


@cache
def _page() -> str:
    rows = [
        (
            f"<code>{one.method}</code>", f"<code>{escape(one.path)}</code>", _ADMITS[one.admits],
            escape(one.says), _said(one), " ".join(f"<code>{e.code}</code>" for e in one.refuses),
        )
        for one in ENDPOINTS
    ]  # fmt: skip
    heads = ("方法", "地址", "凭据", "说明", "收 → 发", "拒绝")
    body = (
        f"<header><h1>接口一览</h1><span>协议第 {wire.PROTOCOL} 版 · "
        '<a href="/openapi.json">OpenAPI</a></span></header><main>'
        + draw_section("地址", draw_table(heads, rows, wide=5), "")
        + "</main>"
    )
    return draw_page("接口一览", body)


def _said(one: Endpoint) -> str:
    return " → ".join(
        f"<code>{escape(what if isinstance(what, str) else what.__name__)}</code>" if what else "—"
        for what in (one.takes, one.gives)
    )
