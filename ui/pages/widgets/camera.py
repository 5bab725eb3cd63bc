"""A document camera (高拍仪) that the system knows as a camera: live picture, and a page from it.

QtMultimedia comes with PySide6-Addons, which a hall installs that has such cameras (the extra
``camera``); it is loaded when somebody asks for it.
"""

from __future__ import annotations

from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QImage

from app.scan_ports import CameraMissing, CameraPartMissing
from ui.pages.widgets.page_view import picture_bytes

if TYPE_CHECKING:
    from PySide6.QtMultimedia import (
        QCamera,
        QCameraDevice,
        QCameraFormat,
        QVideoFrame,
        QVideoFrameInput,
    )

_EVERY = 0.08  # seconds between two pictures on the screen; the page is taken from the newest
_MOST = 24_000_000  # pixels


class Camera(QObject):
    """``came`` brings the live picture; ``failed`` says that the camera is gone or refuses."""

    came = Signal(QImage)
    failed = Signal()

    def __init__(self, source: QCamera | QVideoFrameInput, parent: QObject | None = None) -> None:
        from PySide6.QtMultimedia import QCamera, QMediaCaptureSession, QVideoSink

        super().__init__(parent)
        self._source = source
        self._session = QMediaCaptureSession(self)
        self._sink = QVideoSink(self)
        self._newest: QVideoFrame | None = None
        self._shown = 0.0
        self._stop: Callable[[], object] = lambda: None
        self._session.setVideoSink(self._sink)
        self._sink.videoFrameChanged.connect(self._frame)
        if isinstance(source, QCamera):
            self._session.setCamera(source)
            source.errorOccurred.connect(lambda *_: self.failed.emit())
            self._stop = source.stop
            source.start()
        else:
            self._session.setVideoFrameInput(source)

    def page(self) -> bytes:
        """The newest picture as a JPEG, b"" before there is one."""
        image = self._newest.toImage() if self._newest is not None else QImage()
        if image.isNull():
            return b""
        return picture_bytes(image.convertToFormat(QImage.Format.Format_RGB888), "JPEG")

    def close(self) -> None:
        self._sink.videoFrameChanged.disconnect(self._frame)
        self._stop()
        self._newest = None
        self.deleteLater()

    def _frame(self, frame: QVideoFrame) -> None:
        self._newest = frame
        if monotonic() - self._shown >= _EVERY:
            self._shown = monotonic()
            self.came.emit(frame.toImage())


def open_camera() -> Camera:
    """The camera that looks at paper: one whose name says so, else the first, in its finest
    format. Raises CameraMissing, CameraPartMissing."""
    try:
        from PySide6.QtMultimedia import QCamera, QMediaDevices
    except ImportError:
        raise CameraPartMissing from None
    found = QMediaDevices.videoInputs()
    if not found:
        raise CameraMissing
    chosen = next((one for one in found if _for_paper(one)), found[0])
    camera = QCamera(chosen)
    formats = [one for one in chosen.videoFormats() if _pixels(one) <= _MOST]
    if formats:
        camera.setCameraFormat(max(formats, key=_pixels))
    return Camera(camera)


def _for_paper(device: QCameraDevice) -> bool:
    name = device.description().lower()
    return any(word in name for word in ("doc", "scan", "visualizer", "高拍", "文档"))


def _pixels(form: QCameraFormat) -> int:
    size = form.resolution()
    return size.width() * size.height()
