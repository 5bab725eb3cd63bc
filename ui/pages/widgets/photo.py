"""The photo of the card that was just read, as small as it is on the card."""

from __future__ import annotations

from PySide6.QtCore import QBuffer, QByteArray, QSize, Qt
from PySide6.QtGui import QImageReader, QPixmap
from PySide6.QtWidgets import QLabel

_SIZE = QSize(51, 63)  # half of the 102 by 126 points that a card has
_LONGEST = 1024  # a picture that says it is larger is none of a card's


class Photo(QLabel):
    """Hidden while there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.setFixedSize(_SIZE)
        self.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._shown = b""
        self.hide()

    def show_picture(self, data: bytes) -> None:
        if data != self._shown:
            self._shown = data
            self.setPixmap(picture_of(data))
        self.setVisible(bool(data) and not self.pixmap().isNull())


def picture_of(data: bytes) -> QPixmap:
    """Null for what is no picture of a sensible size; its size is known before it is unpacked."""
    if not data:
        return QPixmap()
    held = QByteArray(data)
    buffer = QBuffer(held)
    reader = QImageReader(buffer)
    size = reader.size()
    if not size.isValid() or max(size.width(), size.height()) > _LONGEST:
        return QPixmap()
    picture = QPixmap.fromImage(reader.read())
    if picture.isNull():
        return picture
    return picture.scaled(
        _SIZE, Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    )
