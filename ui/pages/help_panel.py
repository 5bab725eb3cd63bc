"""F1: every key, from the same table that the keys are made of."""

from __future__ import annotations

from PySide6.QtWidgets import QHBoxLayout, QVBoxLayout

from ui.kit.texts import say
from ui.pages.keys import KeyGroup, counter_keys
from ui.pages.panel import Panel
from ui.pages.widgets.marks import boxed, key_cap, label, row


class HelpPanel(Panel):
    def __init__(self) -> None:
        super().__init__(say("按键"))
        columns = QHBoxLayout()
        columns.setSpacing(48)
        blocks = [_block(group) for group in counter_keys()]
        for across in _COLUMNS:
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


_COLUMNS = ((0, 3), (1,), (2, 4))  # places of the groups: three columns of about one height


def _block(group: KeyGroup) -> QVBoxLayout:
    block = QVBoxLayout()
    block.setSpacing(2)
    block.addWidget(label(group.title, "section"))
    for line in group.lines:
        caps = [key_cap(key) for key in line.keys if key != "Ctrl+Enter"]
        words = label(line.words, wrap=True)
        words.setMinimumWidth(160)
        entry = row(*caps, spacing=6)
        entry.addWidget(words, 1)
        block.addWidget(boxed(entry))
    return block
