"""The card that lies before the vendors' libraries of the tests, and what ails them."""

from __future__ import annotations

from pathlib import Path

from app.devices.simulators.people import SimulatedCard
from app.devices.simulators.text_block import build_text_block

SOURCE = Path(__file__).with_name("vendor_libraries.c")
FIELDS = ("name", "sex", "nation", "birth", "address", "number", "issuer", "from", "to")
WORDS = dict(
    zip(
        FIELDS,
        (
            "张示例", "男", "汉", "1990-03-07", "示例省样例市测试路1号", "110101199003071233",
            "样例市公安局示例分局", "2018.05.01", "2038.05.01",
        ),
        strict=True,
    )
)  # fmt: skip


class Counter:
    """The card and the fault that the libraries find."""

    def __init__(self, folder: Path) -> None:
        self._card, self._fault = folder / "card", folder / "fault"

    def environment(self) -> dict[str, str]:
        return {"VENDOR_CARD": str(self._card), "VENDOR_FAULT": str(self._fault)}

    def place(self, card: SimulatedCard, newest: bytes = b"") -> None:
        self._put(build_text_block(card) + card.photo + newest)

    def place_words(self, **changed: str) -> None:
        self._put("\n".join((WORDS | changed).values()).encode("gbk", "replace"))

    def lift(self) -> None:
        self._card.unlink(missing_ok=True)

    def fault(self, word: str) -> None:
        self._fault.write_text(word)

    def _put(self, content: bytes) -> None:
        fresh = self._card.with_suffix(".new")
        fresh.write_bytes(content)
        fresh.replace(self._card)
