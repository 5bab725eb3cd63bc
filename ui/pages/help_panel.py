"""F1: every key, from the same table that the keys are made of."""

from __future__ import annotations

from PySide6.QtWidgets import QGridLayout, QVBoxLayout

from ui.kit.texts import say
from ui.pages.keys import counter_keys
from ui.pages.panel import Panel
from ui.pages.widgets.marks import boxed, key_cap, label, row


class HelpPanel(Panel):
    def __init__(self) -> None:
        super().__init__(say("按键"))
        columns = QGridLayout()
        columns.setHorizontalSpacing(48)
        columns.setVerticalSpacing(16)
        places = ((0, 0), (1, 0), (0, 1), (0, 2), (1, 2))
        for group, (down, across) in zip(counter_keys(), places, strict=True):
            block = QVBoxLayout()
            block.setSpacing(6)
            block.addWidget(label(group.title, "section"))
            for line in group.lines:
                caps = [key_cap(key) for key in line.keys if key != "Ctrl+Enter"]
                words = label(line.words, wrap=True)
                words.setMinimumWidth(160)
                entry = row(*caps, spacing=6)
                entry.addWidget(words, 1)
                block.addWidget(boxed(entry))
            block.addStretch(1)
            columns.addLayout(block, down, across, 2 if (down, across) == (0, 1) else 1, 1)
        for across in range(3):
            columns.setColumnStretch(across, 1)
        self.inside.addLayout(columns)
        self.inside.addStretch(1)
        self.inside.addWidget(
            label(
                say("填色的按钮只有一个，就是现在该做的：按 Ctrl+↵。灰色的现在做不了。"),
                "muted", wrap=True,
            )
        )  # fmt: skip
