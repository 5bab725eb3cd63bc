"""S on a row of the list: its scanned pages, where each of them is, and a small picture."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QSize, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QKeyEvent, QPixmap
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFileDialog,
    QHeaderView,
    QLabel,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.widgets.buttons import ActButton, link, small
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Elided, NoteBar, label, row
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import CounterState, Form
from ui.viewmodels.pages import PageLine, PagesState

_PICTURE = QSize(150, 190)
_INK = {
    Tone.GOOD: "good_ink", Tone.BAD: "bad_ink", Tone.ACT: "act_ink", Tone.WARN: "warn_ink"
}  # fmt: skip


class PagesForm(QWidget):
    """A adds files, Delete takes the page under the cursor away; files may be dropped here."""

    def __init__(self, model: CounterModel, look: Look) -> None:
        super().__init__()
        self._model = model
        self._look = look
        self.title = Elided("", "strong")
        self.empty = label(
            say("还没有扫描件。按 Shift+F8 扫描，按 A 添加，或把文件拖到这里。")
            + say("可以是 PDF、JPEG、PNG、TIFF，每个不超过 20 MB。"),
            "muted",
            wrap=True,
        )
        self.list = _PageTable(look)
        self.picture = QLabel()
        self.picture.setObjectName("picture")
        self.picture.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.picture.setFixedSize(_PICTURE)
        self.note = NoteBar()
        self.scan = small(say("扫描"), "Shift+F8")
        self.add = small(say("添加"), "A")
        self.remove = link(say("拿掉这一页"), "Del")
        self.done: ActButton = link(say("完成"), "Esc")
        self.add.clicked.connect(self.choose_files)
        self.remove.clicked.connect(self._remove)
        self.done.clicked.connect(model.step_back)
        for button in (self.scan, self.add, self.remove, self.done):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.currentCellChanged.connect(lambda at, *_: model.pages.choose(at))
        beside = QVBoxLayout()
        beside.setSpacing(6)
        beside.addWidget(self.list, 1)
        beside.addWidget(self.empty)
        beside.addStretch(0)
        middle = row(spacing=12)
        middle.addLayout(beside, 1)
        middle.addWidget(self.picture)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(12, 8, 12, 8)
        layout.setSpacing(8)
        head = row(self.title, spacing=8)
        head.setStretch(0, 1)
        for button in (self.scan, self.add, self.remove, self.done):
            head.addWidget(button)
        layout.addLayout(head)
        layout.addLayout(middle)
        layout.addWidget(self.note)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        model.pages.state_changed.connect(self._render)
        self.hide()

    def open(self, state: CounterState) -> None:
        opened = state.form is Form.PAGES
        fresh = opened and self.isHidden()
        self.setVisible(opened)
        self.done.set_primary(opened)
        if fresh:
            self._render(self._model.pages.state)
            self.setFocus()

    def submit(self) -> None:
        """Ctrl+Enter: done with this row's pages."""
        self._model.step_back()

    def choose_files(self) -> None:
        dialog = QFileDialog(self, say("选扫描件"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        kinds = "*.pdf *.jpg *.jpeg *.png *.tif *.tiff *.PDF *.JPG *.JPEG *.PNG *.TIF *.TIFF"
        dialog.setNameFilter(say("扫描件 ({kinds})", kinds=kinds))
        dialog.filesSelected.connect(self._chosen)
        dialog.open()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_A:
            self.choose_files()
        elif event.key() in _KEYS:
            self._remove()
        else:
            super().keyPressEvent(event)

    def _chosen(self, names: list[str]) -> None:
        self._model.pages.add([Path(name) for name in names])

    def _remove(self) -> None:
        self._model.pages.remove(self.list.currentRow())

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self._model.pages.add(files)
        event.acceptProposedAction()

    def _render(self, state: PagesState) -> None:
        title = say("{name} 的扫描件", name=state.name)
        if state.adding:
            title = say("{title} · 正在存 {n} 个…", title=title, n=state.adding)
        if state.left:
            title = f"{title} · {state.left}"
        self.title.setText(title)
        self.list.put(state.lines, state.current)
        there = bool(state.lines)
        self.list.setVisible(there)
        self.empty.setVisible(not there)
        self.remove.setEnabled(there)
        self.note.tell(state.note)
        picture = QPixmap()
        self.picture.setVisible(there)
        if state.preview and picture.loadFromData(state.preview):
            self.picture.setPixmap(
                picture.scaled(
                    _PICTURE - QSize(8, 8), Qt.AspectRatioMode.KeepAspectRatio,
                    Qt.TransformationMode.SmoothTransformation,
                )
            )  # fmt: skip
        else:
            here = 0 <= state.current < len(state.lines)
            self.picture.setText(state.lines[state.current].what.partition(" ")[0] if here else "")
        if there and self.hasFocus():
            self.list.setFocus()
        elif not there and self.isVisible() and self.list.hasFocus():
            self.setFocus()


class _PageTable(QTableWidget):
    """Number, what it is, where it is."""

    def __init__(self, look: Look) -> None:
        super().__init__(0, 3)
        self.setObjectName("pages")
        self._look = look
        self.setShowGrid(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setEditTriggers(QAbstractItemView.EditTrigger.NoEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setTabKeyNavigation(False)
        self.horizontalHeader().hide()
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(32)
        self.horizontalHeader().setSectionResizeMode(2, QHeaderView.ResizeMode.Stretch)
        self.setColumnWidth(0, 44)
        self.setColumnWidth(1, 130)
        self.setFixedHeight(190)
        self.setAccessibleName(say("扫描件"))

    def put(self, lines: tuple[PageLine, ...], current: int) -> None:
        self.blockSignals(True)
        self.setRowCount(len(lines))
        for at, line in enumerate(lines):
            where = f"{line.where} {line.next_step}".strip()
            for column, text in enumerate((str(line.number), line.what, where)):
                cell = QTableWidgetItem(text)
                if column == 2:
                    cell.setForeground(self._look.colour(_INK.get(line.tone, "muted")))
                    cell.setToolTip(where)
                self.setItem(at, column, cell)
        if 0 <= current < len(lines):
            self.setCurrentCell(current, 1)
        self.blockSignals(False)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in _KEYS:
            event.ignore()  # the form's
        else:
            super().keyPressEvent(event)


_KEYS = frozenset({Qt.Key.Key_A, Qt.Key.Key_Delete, Qt.Key.Key_Backspace})
