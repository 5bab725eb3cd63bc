"""The page itself, as large as there is room; and pictures as files."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QPoint, QRect, QSize, Qt, Signal
from PySide6.QtGui import QImage, QMouseEvent, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QRubberBand, QSizePolicy

from app.domain.scan_page import Box

_MARGIN = 16
_LEAST = 24  # pixels of a frame; less is a click
_QUALITY = 92  # of a JPEG


class PageView(QLabel):
    """A picture, or words where there is none. A part of it can be framed with the mouse."""

    framed = Signal(object)  # Box of the picture

    def __init__(self) -> None:
        super().__init__()
        self._band = QRubberBand(QRubberBand.Shape.Rectangle, self)
        self._from: QPoint | None = None
        self.setObjectName("picture")
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Ignored)
        self.setMinimumSize(QSize(300, 300))
        self.setWordWrap(True)
        self.image = QImage()
        self._content = b""

    def put_file(self, content: bytes, words: str = "") -> None:
        """The same picture again costs nothing: the page around it changes all the time."""
        if content is not self._content or not content:
            self.put(QImage.fromData(content), words)
            self._content = content

    def put(self, image: QImage, words: str = "") -> None:
        self._content = b""
        self.image = image
        if image.isNull():
            self.setPixmap(QPixmap())
            self.setText(words)
        else:
            self._fit()

    def room(self) -> int:
        """Pixels of the longer side that can be shown."""
        size = self.size() * self.devicePixelRatioF()
        return max(size.width(), size.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        if not self.image.isNull():
            self._fit()

    # -- framing --------------------------------------------------------------------------------

    def _picture(self) -> QRect:
        """Where the picture lies."""
        if self.image.isNull():
            return QRect()
        size = self.pixmap().deviceIndependentSize().toSize()
        lies = QRect(QPoint(0, 0), size)
        lies.moveCenter(self.rect().center())
        return lies

    def mousePressEvent(self, event: QMouseEvent) -> None:
        at = event.position().toPoint()
        if event.button() is Qt.MouseButton.LeftButton and self._picture().contains(at):
            self._from = at

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._from is not None:
            self._band.setGeometry(self._frame(event.position().toPoint()))
            self._band.show()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._from is None or event.button() is not Qt.MouseButton.LeftButton:
            return
        lies, frame = self._picture(), self._frame(event.position().toPoint())
        self._from = None
        self._band.hide()
        if lies.isEmpty() or frame.width() < _LEAST or frame.height() < _LEAST:
            return  # a click
        self.framed.emit(
            Box(
                left=max(0.0, (frame.left() - lies.left()) / lies.width()),
                top=max(0.0, (frame.top() - lies.top()) / lies.height()),
                right=min(1.0, (frame.right() + 1 - lies.left()) / lies.width()),
                bottom=min(1.0, (frame.bottom() + 1 - lies.top()) / lies.height()),
            )
        )

    def _frame(self, to: QPoint) -> QRect:
        return QRect(self._from or to, to).normalized().intersected(self._picture())

    def _fit(self) -> None:
        ratio = self.devicePixelRatioF()
        shown = QPixmap.fromImage(self.image).scaled(
            (self.size() - QSize(_MARGIN, _MARGIN)) * ratio, Qt.AspectRatioMode.KeepAspectRatio,
            Qt.TransformationMode.SmoothTransformation,
        )  # fmt: skip
        shown.setDevicePixelRatio(ratio)
        self.setPixmap(shown)


def picture_bytes(image: QImage, kind: str) -> bytes:
    """``kind`` is PNG or JPEG."""
    packed = QByteArray()
    buffer = QBuffer(packed)
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    image.save(buffer, kind, _QUALITY if kind == "JPEG" else -1)  # type: ignore[call-overload]  # the stubs want bytes
    return bytes(packed.data())
