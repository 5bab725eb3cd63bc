"""Shift+F8: pages as they come from the scanner, put in order and filed, one key for each act."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import Qt
from PySide6.QtGui import (
    QDragEnterEvent,
    QDropEvent,
    QGuiApplication,
    QHideEvent,
    QImage,
    QKeyEvent,
    QResizeEvent,
)
from PySide6.QtWidgets import (
    QFileDialog,
    QFrame,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from app.domain.errors import AppError
from app.scan_ports import CameraMissing
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.pages.panel import Panel
from ui.pages.widgets.buttons import ActButton, small
from ui.pages.widgets.look import Look
from ui.pages.widgets.marks import Chip, Elided, NoteBar, label, row
from ui.pages.widgets.page_strip import PageStrip
from ui.pages.widgets.page_view import PageView, picture_bytes
from ui.viewmodels.tray import TrayModel
from ui.viewmodels.tray_state import TrayState, mode_words, paper_words

if TYPE_CHECKING:
    from ui.pages.widgets.camera import Camera

_DIGITS = range(Qt.Key.Key_1, Qt.Key.Key_9 + 1)
_FILES = "*.pdf *.jpg *.jpeg *.png *.tif *.tiff *.PDF *.JPG *.JPEG *.PNG *.TIF *.TIFF"


class ScanPanel(Panel):
    def __init__(self, model: TrayModel, material: Callable[[], str], look: Look) -> None:
        """``material`` is the one whose row the clerk comes from, "" for none."""
        super().__init__(say("扫描"))
        self._model = model
        self._material = material
        self.note = NoteBar()
        self.strip = PageStrip(look)
        self.strip.chosen.connect(model.choose)
        self.progress = Chip("", Tone.ACT)
        self.about = Elided("", "muted")
        self.picture = PageView()
        self.picture.framed.connect(model.crop_to)
        self._shown: object = None
        self._camera: Camera | None = None
        self.open_camera: Callable[[], Camera] = _open_camera
        self._build_acts()
        self._build_list()
        middle = QVBoxLayout()
        middle.setSpacing(8)
        middle.addLayout(row(self.progress, self.about))
        middle.addWidget(self.picture, 1)
        below = row(self.strip, spacing=14)
        below.addLayout(middle)
        below.addWidget(self._side())
        below.setStretch(1, 1)
        self.inside.addWidget(self.note)
        self.inside.addLayout(below, 1)
        self.setAcceptDrops(True)
        model.state_changed.connect(self.show_state)
        self.show_state(model.state)

    def _build_list(self) -> None:
        listed = QWidget()
        self.materials = QVBoxLayout(listed)
        self.materials.setContentsMargins(0, 0, 6, 0)
        self.materials.setSpacing(4)
        self.list = QScrollArea()
        self.list.setObjectName("bare")
        self.list.setWidgetResizable(True)
        self.list.setFrameShape(QFrame.Shape.NoFrame)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setWidget(listed)

    def _side(self) -> QWidget:
        side = QWidget()
        side.setFixedWidth(270)
        right = QVBoxLayout(side)
        right.setContentsMargins(0, 0, 0, 0)
        right.setSpacing(6)
        right.addWidget(self.scan_button)
        right.addWidget(self.file_button)
        right.addWidget(_rule())
        for pair in self._pairs:
            right.addLayout(row(*pair, 0, spacing=4))
        right.addWidget(_rule())
        right.addWidget(label(say("归入哪份材料（从这一页起，按数字键）"), "section"))
        right.addWidget(self.list, 1)
        return side

    def _build_acts(self) -> None:
        model = self._model
        self.scan_button = ActButton(say("扫描"), "S")
        self.file_button = ActButton(say("全部归入"), "Ctrl+Return")
        self.paper = small(say("进纸自动"), "F")
        self.mode = small(say("按材料规定"), "K")
        self._pairs = (
            (
                self.paper,
                self._small(say("文件"), "A", self.choose_files),
                self._small(say("高拍仪"), "V", self.toggle_camera),
            ),
            (
                self._small(say("右转"), "R", lambda: model.turn(90)),
                self._small(say("左转"), "L", lambda: model.turn(-90)),
                self._small(say("纠斜"), "T", model.straighten),
            ),
            (self._small(say("裁边"), "C", model.crop), self.mode),
            (
                self._small(say("重扫"), "N", model.retake),
                self._small(say("删掉"), "Del", model.remove),
                self._small(say("按条码"), "G", model.give),
            ),
            (
                self._small(say("前移"), "Ctrl+↑", lambda: model.move(-1)),
                self._small(say("后移"), "Ctrl+↓", lambda: model.move(1)),
            ),
            (
                self._small(say("按分隔页分份"), "D", model.split),
                self._small(say("下一份"), "M", model.next_material),
            ),
        )
        self.scan_button.clicked.connect(model.scan)
        self.file_button.clicked.connect(model.file)
        self.paper.clicked.connect(model.next_paper)
        self.mode.clicked.connect(model.next_mode)
        for button in (self.scan_button, self.file_button, self.paper, self.mode):
            button.setFocusPolicy(Qt.FocusPolicy.NoFocus)

    @staticmethod
    def _small(words: str, key: str, act: Callable[[], object]) -> ActButton:
        button = small(words, key)
        button.clicked.connect(act)
        button.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        return button

    def take_focus(self) -> None:
        self._model.open(self._material())
        self.strip.setFocus()

    def step_back(self) -> bool:
        """Esc: first out of a scan, then out of the page. True where it was used up."""
        if self._camera is not None:
            self.toggle_camera()
            return True
        return self._model.stop()

    def hideEvent(self, event: QHideEvent) -> None:
        self._model.close()
        if self._camera is not None:
            self.toggle_camera()
        super().hideEvent(event)

    # -- showing --------------------------------------------------------------------------------

    def show_state(self, state: TrayState) -> None:
        self.note.tell(state.note)
        self.strip.put(state.lines, state.current)
        self.progress.say(self._progress(state), Tone.ACT)
        live = say("高拍仪：空格收下这一页，Esc 关掉")
        self.about.setText(_about(state) if self._camera is None else live)
        there = bool(state.pages)
        self.scan_button.set_words(say("停下") if state.scanning else say("扫描"))
        self.scan_button.set_key("Esc" if state.scanning else "S")
        self.scan_button.set_primary(not there and not state.scanning)
        self.file_button.set_primary(there and not state.scanning)
        self.file_button.setEnabled(there and not state.scanning)
        self.back.set_primary(False)
        for pair in self._pairs[1:]:
            for button in pair:
                button.setEnabled(there)
        self.paper.set_words(paper_words(state.paper))
        self.mode.set_words(mode_words(state.page.edits.mode if state.page else None))
        self._put_materials(state)
        if self._camera is None:
            # The small picture stands in until the page is drawn: never another page's.
            small = state.lines[state.current].thumb if state.page else b""
            self.picture.put_file(state.proof or small, _empty(state))

    @staticmethod
    def _progress(state: TrayState) -> str:
        if state.scanning:
            return say("{words} · 已收 {n} 页", words=state.progress, n=state.came)
        return say("正在存 {n} 个文件…", n=state.busy) if state.busy else ""

    def _put_materials(self, state: TrayState) -> None:
        here = state.lines[state.current].material if state.page else state.target
        shown = (state.materials, here)
        if shown == self._shown:
            return
        self._shown = shown
        while (item := self.materials.takeAt(0)) is not None:
            if (widget := item.widget()) is not None:
                widget.deleteLater()
        for number, material, name in state.materials:
            line = Elided(f"{number}  {name}", "strong" if material == here else "")
            self.materials.addWidget(line)
        self.materials.addStretch(1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._model.set_size(self.picture.room())

    # -- the camera -----------------------------------------------------------------------------

    def toggle_camera(self) -> None:
        """The live picture in place of the page, until Esc."""
        if self._camera is not None:
            self._camera.close()
            self._camera = None
        else:
            try:
                self._camera = self.open_camera()
            except AppError as error:
                self._model.tell(error)
                return
            self._camera.came.connect(self._live)
            self._camera.failed.connect(self._lose_camera)
        self.show_state(self._model.state)

    def _live(self, image: QImage) -> None:
        if self._camera is not None:
            self.picture.put(image)

    def _shoot(self) -> None:
        page = self._camera.page() if self._camera is not None else b""
        if page:
            self._model.shoot(page)

    def _lose_camera(self) -> None:
        if self._camera is not None:
            self.toggle_camera()
            self._model.tell(CameraMissing())

    # -- keys and files ---------------------------------------------------------------------------

    def keyPressEvent(self, event: QKeyEvent) -> None:
        model, key = self._model, event.key()
        held = event.modifiers() & Qt.KeyboardModifier.ControlModifier
        acts: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_S: model.scan, Qt.Key.Key_A: self.choose_files,
            Qt.Key.Key_F: model.next_paper, Qt.Key.Key_K: model.next_mode,
            Qt.Key.Key_R: lambda: model.turn(90), Qt.Key.Key_L: lambda: model.turn(-90),
            Qt.Key.Key_T: model.straighten, Qt.Key.Key_C: model.crop,
            Qt.Key.Key_N: model.retake, Qt.Key.Key_D: model.split,
            Qt.Key.Key_M: model.next_material, Qt.Key.Key_G: model.give,
            Qt.Key.Key_V: self.toggle_camera, Qt.Key.Key_Space: self._shoot,
            Qt.Key.Key_Return: self._shoot, Qt.Key.Key_Enter: self._shoot,
            Qt.Key.Key_Delete: model.remove, Qt.Key.Key_Backspace: model.remove,
            Qt.Key.Key_BracketLeft: lambda: model.tilt(-0.5),
            Qt.Key.Key_BracketRight: lambda: model.tilt(0.5),
        }  # fmt: skip
        together: dict[Qt.Key, Callable[[], object]] = {
            Qt.Key.Key_Return: model.file, Qt.Key.Key_Enter: model.file, Qt.Key.Key_V: self.paste,
            Qt.Key.Key_Up: lambda: model.move(-1), Qt.Key.Key_Down: lambda: model.move(1),
        }  # fmt: skip
        act = (together if held else acts).get(Qt.Key(key))
        if act is not None:
            act()
        elif not held and key in _DIGITS:
            model.assign(key - Qt.Key.Key_0)
        else:
            super().keyPressEvent(event)

    def choose_files(self) -> None:
        dialog = QFileDialog(self, say("选扫描件"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
        dialog.setNameFilter(say("扫描件 ({kinds})", kinds=_FILES))
        dialog.filesSelected.connect(lambda names: self._model.add([Path(name) for name in names]))
        dialog.open()

    def paste(self) -> None:
        """Files, or a picture."""
        held = QGuiApplication.clipboard().mimeData()
        files = [Path(url.toLocalFile()) for url in held.urls() if url.isLocalFile()]
        if files:
            self._model.add(files)
        elif held.hasImage():
            self._model.paste(picture_bytes(QGuiApplication.clipboard().image(), "PNG"))

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if event.mimeData().hasUrls():
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        files = [Path(url.toLocalFile()) for url in event.mimeData().urls() if url.isLocalFile()]
        self._model.add(files)
        event.acceptProposedAction()


def _about(state: TrayState) -> str:
    page = state.page
    if page is None:
        return say("归入：{name}", name=state.target_name) if state.target_name else ""
    told = [say("第 {n} 页，共 {m} 页", n=state.current + 1, m=len(state.pages))]
    if page.dpi:
        told.append(f"{page.dpi} dpi")
    if page.edits.tilt:
        told.append(say("已转正 {n}°", n=f"{page.edits.tilt:+.1f}"))
    if page.edits.crop is not None:
        told.append(say("已裁边"))
    if not page.case_id and state.case_id:
        told.append(say("原来没有归属"))
    if state.retake:
        told.append(say("下一次扫的页换掉这一页"))
    return " · ".join(told)


def _empty(state: TrayState) -> str:
    if state.pages:
        return ""
    words = say("还没有页。按 S 扫描，按 A 添加文件，")
    words += say("也可以把文件拖到这里，或者按 Ctrl+V 粘贴。")
    return words if state.loaded else say("正在读取…")


def _open_camera() -> Camera:
    """Raises CameraMissing, CameraPartMissing."""
    from ui.pages.widgets.camera import open_camera

    return open_camera()


def _rule() -> QFrame:
    rule = QFrame()
    rule.setObjectName("rule")
    return rule
