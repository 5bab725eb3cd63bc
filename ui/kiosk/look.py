"""Decide sizes and colours of the kiosk: everything is a share of its screen, to be touched."""

from __future__ import annotations

from dataclasses import dataclass

from ui.kit.theme import Theme

_LARGER = 1.3


@dataclass(frozen=True, slots=True)
class Look:
    """``unit``: a hundredth of the screen's shorter side, in pixels."""

    theme: Theme
    unit: float
    large: bool = False

    def px(self, units: float) -> int:
        return round(units * self.unit)

    def font(self, units: float) -> int:
        return round(units * self.unit * (_LARGER if self.large else 1))

    def sheet(self) -> str:
        theme, font, px = self.theme, self.font, self.px
        good, warn, bad = theme.good, theme.warn, theme.bad
        return f"""
        QWidget {{ color: {theme.text}; font-size: {font(2.5)}px; }}
        QWidget#kiosk {{ background: {theme.ground}; }}
        QLabel {{ background: transparent; }}
        QLabel[kind="hall"] {{ font-size: {font(3.2)}px; font-weight: bold; }}
        QLabel[kind="title"] {{ font-size: {font(4.2)}px; font-weight: bold; }}
        QLabel[kind="huge"] {{ font-size: {font(7)}px; font-weight: bold; }}
        QLabel[kind="name"] {{ font-size: {font(3.4)}px; font-weight: bold; }}
        QLabel[kind="told"] {{ font-size: {font(3)}px; }}
        QLabel[kind="muted"] {{ color: {theme.muted}; }}
        QLabel[kind="number"] {{ font-size: {font(14)}px; font-weight: bold;
            color: {theme.act_ink}; }}
        QLabel[kind="typed"] {{ font-size: {font(4.4)}px; font-weight: bold;
            background: {theme.card}; border: {px(0.3)}px solid {theme.act};
            border-radius: {px(1)}px; padding: {px(1.2)}px; }}
        QLabel[kind="banner"] {{ background: {warn}; color: {theme.warn_ink};
            padding: {px(1.4)}px; border-radius: {px(1)}px; font-weight: bold; }}
        QLabel[kind="bad"] {{ background: {bad}; color: {theme.bad_ink}; padding: {px(1.4)}px;
            border-radius: {px(1)}px; }}
        QLabel[kind="good"] {{ background: {good}; color: {theme.good_ink}; padding: {px(1.4)}px;
            border-radius: {px(1)}px; }}
        QPushButton {{ background: {theme.card}; border: {px(0.2)}px solid {theme.line};
            border-radius: {px(1.2)}px; padding: {px(1)}px {px(2)}px; min-height: {px(7)}px;
            font-size: {font(2.8)}px; }}
        QPushButton:pressed {{ background: {theme.act_soft}; border-color: {theme.act}; }}
        QPushButton:disabled {{ color: {theme.faint}; background: {theme.ground}; }}
        QPushButton:focus {{ border: {px(0.4)}px solid {theme.act}; }}
        QPushButton[kind="act"] {{ background: {theme.act}; color: {theme.act_text};
            border-color: {theme.act}; font-weight: bold; font-size: {font(3.2)}px; }}
        QPushButton[kind="act"]:pressed {{ background: {theme.act_hover}; }}
        QPushButton[kind="act"]:disabled {{ background: {theme.cap}; color: {theme.cap_text};
            border-color: {theme.line}; }}
        QPushButton[kind="chip"] {{ min-height: {px(5.4)}px; font-size: {font(2.5)}px; }}
        QPushButton[kind="chip"]:checked {{ background: {theme.act_soft}; color: {theme.act_ink};
            border: {px(0.4)}px solid {theme.act}; font-weight: bold; }}
        QPushButton[kind="foot"] {{ padding: 0 {px(1.6)}px; font-size: {font(2.5)}px; }}
        QPushButton[kind="key"] {{ min-height: {px(6)}px; padding: 0; font-size: {font(3)}px; }}
        QScrollArea, QScrollArea > QWidget > QWidget {{ background: transparent; border: none; }}
        QScrollBar:vertical {{ width: {px(3)}px; background: {theme.ground}; }}
        QScrollBar::handle:vertical {{ background: {theme.line}; border-radius: {px(1.4)}px;
            min-height: {px(8)}px; }}
        """  # fmt: skip
