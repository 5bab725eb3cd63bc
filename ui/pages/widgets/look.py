"""Hold the theme and hand it to what paints itself; load the screen's font."""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtGui import QColor, QFont, QFontDatabase, QGuiApplication, QPainter, QPen
from PySide6.QtWidgets import QApplication, QWidget

from ui.kit.theme import Theme, ThemeMode, Tone, choose_theme

FAMILIES = ("Noto Sans CJK SC", "Microsoft YaHei UI", "WenQuanYi Micro Hei", "Sans Serif")


class Look(QObject):
    """The one theme of the window. ``changed`` after every switch."""

    changed = Signal()

    def __init__(self, mode: ThemeMode, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._mode = mode
        self._theme = choose_theme(mode, system_is_dark())
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)

    @property
    def theme(self) -> Theme:
        return self._theme

    @property
    def mode(self) -> ThemeMode:
        return self._mode

    def set_mode(self, mode: ThemeMode) -> None:
        self._mode = mode
        self._system_changed()

    def _system_changed(self) -> None:
        theme = choose_theme(self._mode, system_is_dark())
        if theme != self._theme:
            self._theme = theme
            self.changed.emit()

    def colour(self, name: str) -> QColor:
        return QColor(getattr(self._theme, name))

    def tone(self, tone: Tone) -> tuple[QColor, QColor]:
        ground, ink = self._theme.tone(tone)
        return QColor(ground), QColor(ink)


def system_is_dark() -> bool:
    return QGuiApplication.styleHints().colorScheme() is Qt.ColorScheme.Dark


def load_font(folder: Path | None = None) -> str:
    """Make Noto Sans CJK the application's font. Returns the family that was found.

    ``folder`` holds the ``.ttc``/``.otf`` of a frozen program; else the Python package has it.
    A machine without either goes on with its own Chinese font.
    """
    for file in _font_files(folder):
        QFontDatabase.addApplicationFont(str(file))
    known = set(QFontDatabase.families())
    family = next((f for f in FAMILIES if f in known), FAMILIES[-1])
    font = QFont(family)
    font.setFamilies([family, *(f for f in FAMILIES if f != family)])
    font.setPixelSize(14)
    QApplication.setFont(font)
    return family


def _font_files(folder: Path | None) -> list[Path]:
    if folder is not None and folder.is_dir():
        return sorted([*folder.glob("*.ttc"), *folder.glob("*.otf")])
    # Found, not imported: the package's own start would cost more than the look at its folder.
    package = find_spec("noto_cjk_sans_otc")
    places = list(package.submodule_search_locations or ()) if package else []
    return [file for place in places for file in sorted(Path(place).glob("*.ttc"))]


def set_look(widget: QWidget, name: str, value: str) -> None:
    """Set a property that the style sheet asks about; restyle only on a change."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    if not widget.testAttribute(Qt.WidgetAttribute.WA_WState_Polished):
        return  # it will be styled when it is first shown
    for part in (widget, *widget.findChildren(QWidget)):
        part.style().unpolish(part)
        part.style().polish(part)
    widget.update()


def paint_chip(
    painter: QPainter, look: Look, x: int, middle: int, text: str, tone: Tone, font: QFont
) -> int:
    """Draw a chip whose left edge is ``x`` around the height ``middle``. Returns its width."""
    ground, ink = look.tone(tone)
    painter.save()
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setFont(font)
    width = painter.fontMetrics().horizontalAdvance(text) + 20
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ground)
    painter.drawRoundedRect(x, middle - 11, width, 22, 11, 11)
    painter.setPen(QPen(ink))
    painter.drawText(x, middle - 11, width, 22, Qt.AlignmentFlag.AlignCenter, text)
    painter.restore()
    return width


def chip_font(base: QFont) -> QFont:
    font = QFont(base)
    font.setPixelSize(13)
    return font
