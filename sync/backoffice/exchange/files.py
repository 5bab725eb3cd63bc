"""Say a batch as files: one CSV a table, and a manifest that proves them. The same batch gives the
same bytes.

CSV as RFC 4180 has it: UTF-8 with a byte order mark, CRLF, every value quoted. A spreadsheet takes
a text that begins with ``=`` for a formula: such a text gets an apostrophe in front, and one that
begins with apostrophes before such a sign one more, so that a reader can take it off again.
"""

from __future__ import annotations

import csv
import hashlib
import io
import json
import re
from collections.abc import Mapping

from app.domain.hall import HALL_ZONE
from sync.backoffice.exchange.batches import Batch
from sync.backoffice.exchange.dictionary import Dictionary

MANIFEST = "manifest.json"
_FORMULA = re.compile(r"'*[=+\-@＝＋－＠]")


def batch_name(number: int) -> str:
    return f"{number:08d}"


def batch_files(batch: Batch, dictionary: Dictionary) -> dict[str, bytes]:
    """Content by file name; the manifest is the last: where it is, the batch is whole."""
    transport = {
        "cd_time": batch.made_at.astimezone(HALL_ZONE).strftime("%Y%m%dT%H%M%S"),
        "cd_batch": f"{dictionary.source}-{batch_name(batch.number)}",
        "data_source": dictionary.source,
    }
    files: dict[str, bytes] = {}
    tables: dict[str, object] = {}
    for name, table in dictionary.tables.items():
        rows = [
            {**row.values, **transport, "cd_operation": dictionary.code("operation", row.operation)}
            for row in batch.rows
            if row.table == name
        ]
        content = _csv([column.name for column in table.columns], rows)
        files[f"{name}.csv"] = content
        tables[name] = {
            "title": table.title, "file": f"{name}.csv", "rows": len(rows),
            "bytes": len(content), "sha256": hashlib.sha256(content).hexdigest(),
        }  # fmt: skip
    manifest = {
        "batch": batch.number, "after": batch.after, "through": batch.through, **transport,
        "encoding": "UTF-8 BOM, CRLF, RFC 4180", "guard": "'", "tables": tables,
    }  # fmt: skip
    text = json.dumps(manifest, ensure_ascii=False, indent=1)
    return files | {MANIFEST: text.encode() + b"\n"}


def _csv(columns: list[str], rows: list[dict[str, str]]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out, quoting=csv.QUOTE_ALL, lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([guarded(row[column]) for column in columns] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode()


def guarded(text: str) -> str:
    return f"'{text}" if _FORMULA.match(text) else text


def unguarded(text: str) -> str:
    """What a reader of the files does."""
    return text[1:] if text[:1] == "'" and _FORMULA.match(text) else text


def told_rows(content: bytes) -> list[Mapping[str, str]]:
    """The rows of one file as they were given."""
    reader = csv.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""))
    return [{name: unguarded(value) for name, value in row.items()} for row in reader]
