"""F1: every key, from the same table that the keys are made of."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from ui.kit.texts import say
from ui.pages.keys import KeyGroup, counter_keys, supervisor_keys
from ui.pages.panel import Panel
from ui.pages.widgets.marks import boxed, key_cap, label, row


class HelpPanel(Panel):
    """``across_all``: places of the groups in columns of about one height."""

    def __init__(
        self, groups: Sequence[KeyGroup], across_all: Sequence[Sequence[int]]
    ) -> None:  # fmt: skip
        super().__init__(say("按键"))
        columns = QHBoxLayout()
        columns.setSpacing(48)
        blocks = [_block(group) for group in groups]
        for across in across_all:
            column = QVBoxLayout()
            column.setSpacing(10)
            for at in across:
                column.addLayout(blocks[at])
            column.addStretch(1)
            columns.addLayout(column, 1)
        self.inside.addLayout(columns)
        self.inside.addStretch(1)
        self.inside.addWidget(
            label(
                say("填色的按钮只有一个，就是现在该做的：按 Ctrl+↵。灰色的现在做不了。"),
                "muted", wrap=True,
            )
        )  # fmt: skip


def counter_help() -> tuple[Sequence[KeyGroup], Sequence[Sequence[int]]]:
    return counter_keys(), ((0, 3), (1,), (2, 4))


def supervisor_help() -> tuple[Sequence[KeyGroup], Sequence[Sequence[int]]]:
    return supervisor_keys(), ((0, 1), (2, 3), (4, 5))


def _block(group: KeyGroup) -> QVBoxLayout:
    block = QVBoxLayout()
    block.setSpacing(1)
    block.addWidget(label(group.title, "section"))
    for line in group.lines:
        caps = [key_cap(key) for key in line.keys if key != "Ctrl+Enter"]
        words = label(line.words, wrap=True)
        words.setMinimumWidth(160)
        entry = row(*caps, spacing=6)
        entry.addWidget(words, 1)
        block.addWidget(boxed(entry))
    return block
