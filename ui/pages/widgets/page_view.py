"""The page itself, as large as there is room; and pictures as files."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QIODevice, QSize, Qt
from PySide6.QtGui import QImage, QPixmap, QResizeEvent
from PySide6.QtWidgets import QLabel, QSizePolicy

_MARGIN = 16
_QUALITY = 92  # of a JPEG


class PageView(QLabel):
    """A picture, or words where there is none."""

    def __init__(self) -> None:
        super().__init__()
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
