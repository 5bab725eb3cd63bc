"""Write a signature by finger, pen or mouse; and the page of the applicant's screen around it."""

from __future__ import annotations

from itertools import pairwise
from time import monotonic

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QImage,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QPen,
    QPixmap,
    QResizeEvent,
    QTabletEvent,
    QTouchEvent,
)
from PySide6.QtWidgets import QHBoxLayout, QLabel, QScrollArea, QSizePolicy, QVBoxLayout, QWidget

from app.domain.signature import HEIGHT, MOST_POINTS, WIDTH, Pen, Point
from ui.kit.texts import say
from ui.pages.widgets.touch import TouchButton, touch_label
from ui.viewmodels.signing import SigningModel, SigningStage, SigningState

_INK = QColor(0, 0, 0)
_GROUND = QColor(255, 255, 255)
_RULE = QColor(150, 150, 150)


class SignaturePad(QWidget):
    """White in both themes, because paper is. The first thing that touches it says what writes."""

    began = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAttribute(Qt.WidgetAttribute.WA_AcceptTouchEvents)
        self.setAccessibleName(say("签名处"))
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)
        self.setMinimumSize(480, 480 * HEIGHT // WIDTH)
        self.strokes: list[list[Point]] = []
        self.pen = Pen.MOUSE
        self._began = 0.0
        self._writing = False
        self._count = 0

    def hasHeightForWidth(self) -> bool:
        return True

    def heightForWidth(self, width: int) -> int:
        return width * HEIGHT // WIDTH

    def sizeHint(self) -> QSize:
        return QSize(720, 720 * HEIGHT // WIDTH)

    def clear(self) -> None:
        self.strokes, self._writing, self._count = [], False, 0
        self.update()

    # -- what writes ----------------------------------------------------------------------------

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._down(event.position(), Pen.MOUSE, 0.5)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if event.buttons() & Qt.MouseButton.LeftButton:
            self._on(event.position(), 0.5)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() is Qt.MouseButton.LeftButton:
            self._writing = False

    def tabletEvent(self, event: QTabletEvent) -> None:
        match event.type():
            case QEvent.Type.TabletPress:
                self._down(event.position(), Pen.PEN, event.pressure())
            case QEvent.Type.TabletMove if event.pressure() > 0:
                self._on(event.position(), event.pressure())
            case QEvent.Type.TabletRelease:
                self._writing = False
        event.accept()  # else the same comes once more as a mouse's

    def event(self, event: QEvent) -> bool:
        if isinstance(event, QTouchEvent) and event.points():
            first = event.points()[0]  # a palm that lies there writes nothing
            match event.type():
                case QEvent.Type.TouchBegin:
                    self._down(first.position(), Pen.TOUCH, first.pressure() or 0.5)
                case QEvent.Type.TouchUpdate:
                    self._on(first.position(), first.pressure() or 0.5)
                case QEvent.Type.TouchEnd | QEvent.Type.TouchCancel:
                    self._writing = False
            event.accept()
            return True
        return super().event(event)

    def _down(self, at: QPointF, pen: Pen, pressure: float) -> None:
        if not self.strokes:
            self.pen, self._began = pen, monotonic()
            self.began.emit()
        self._writing = True
        self.strokes.append([])
        self._put(at, pressure)

    def _on(self, at: QPointF, pressure: float) -> None:
        if self._writing and self.strokes:
            self._put(at, pressure)

    def _put(self, at: QPointF, pressure: float) -> None:
        if self._count >= MOST_POINTS or self.width() < 1 or self.height() < 1:
            return
        self._count += 1
        self.strokes[-1].append(
            Point(
                x=_share(at.x() / self.width()), y=_share(at.y() / self.height()),
                at=int((monotonic() - self._began) * 1000), pressure=_share(pressure),
            )
        )  # fmt: skip
        self.update()

    # -- what is seen ---------------------------------------------------------------------------

    def paintEvent(self, event: QPaintEvent) -> None:  # noqa: ARG002  # Qt's signature
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.fillRect(self.rect(), _GROUND)
        painter.setPen(QPen(_RULE, 1.5))
        painter.drawRect(QRectF(self.rect()).adjusted(1, 1, -1, -1))
        foot = self.height() * 0.82
        painter.drawLine(QPointF(24, foot), QPointF(self.width() - 24, foot))
        for stroke in self.strokes:
            for before, after in pairwise(stroke):
                broad = (4.4 + 4.8 * after.pressure) * self.width() / WIDTH
                painter.setPen(QPen(_INK, broad, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
                painter.drawLine(self._place(before), self._place(after))

    def _place(self, point: Point) -> QPointF:
        return QPointF(point.x * self.width(), point.y * self.height())


def _share(value: float) -> float:
    return min(max(value, 0.0), 1.0)


class SignaturePage(QWidget):
    """The paper left, the field and the three touches right."""

    def __init__(self, model: SigningModel) -> None:
        super().__init__()
        self._model = model
        self._shown = ""
        self.title = touch_label("", "applicant-strong")
        self.lead = touch_label("", "applicant-small")
        self.paper = QLabel()
        self.area = QScrollArea()
        self.area.setObjectName("sheet_ground")
        self.area.setWidget(self.paper)
        self.area.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.earlier = TouchButton(say("上一页"), "Back")
        self.later = TouchButton(say("下一页"), "Next")
        self.who = touch_label("", "applicant")
        self.pad = SignaturePad()
        self.told = touch_label("", "applicant-small")
        self.clear_button = TouchButton(say("清除"), "Clear")
        self.decline = TouchButton(say("我不签"), "I will not sign")
        self.confirm = TouchButton(say("确认签名"), "Sign", "primary")
        self.earlier.clicked.connect(lambda: model.turn(-1))
        self.later.clicked.connect(lambda: model.turn(1))
        self.clear_button.clicked.connect(self._clear)
        self.pad.began.connect(model.hear_writing)
        self.decline.clicked.connect(model.decline)
        self.confirm.clicked.connect(self._confirm)
        self._lay_out()

    def _lay_out(self) -> None:
        left, right, whole = QVBoxLayout(), QVBoxLayout(), QHBoxLayout(self)
        left.addWidget(self.area, 1)
        turning = QHBoxLayout()
        turning.addWidget(self.earlier)
        turning.addWidget(self.later)
        left.addLayout(turning)
        right.setSpacing(12)
        for part in (self.title, self.lead):
            right.addWidget(part)
        right.addStretch(1)
        right.addWidget(self.who)
        right.addWidget(self.pad)
        right.addWidget(self.told)
        right.addStretch(1)
        touches = QHBoxLayout()
        touches.setSpacing(14)
        touches.addWidget(self.clear_button, 2)
        touches.addWidget(self.decline, 2)
        touches.addWidget(self.confirm, 3)
        right.addLayout(touches)
        whole.setContentsMargins(0, 0, 0, 0)
        whole.setSpacing(28)
        whole.addLayout(left, 2)
        whole.addLayout(right, 3)

    def show_state(self, state: SigningState) -> None:
        if state.title != self._shown:
            self._shown = state.title
            self.pad.clear()
        declined = state.stage is SigningStage.DECLINED
        self.title.setText(state.title)
        self.lead.setText(say("请核对左边的文书，在方框里写下姓名。 Please read, then sign below."))
        self.who.setText(say("签名人：{who}", who=state.signer))
        words = say("您表示不签，工作人员会记下理由。要签的，直接写。") if declined else ""
        self.told.setText(state.told or words)
        for part in (self.earlier, self.later):
            part.setVisible(state.pages > 1)
        self.earlier.setEnabled(state.page > 0)
        self.later.setEnabled(state.page + 1 < state.pages)
        self.confirm.setEnabled(state.stage is not SigningStage.SAVING)
        self._put_paper(state)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._put_paper(self._model.state)

    def _put_paper(self, state: SigningState) -> None:
        page = state.picture
        if page is None:
            self.paper.clear()
            return
        image = QImage(
            page.rows, page.width, page.height, page.width * 3, QImage.Format.Format_RGB888
        ).copy()
        room = max(self.area.viewport().width(), 200)
        scaled = image.scaledToWidth(room, Qt.TransformationMode.SmoothTransformation)
        self.paper.setPixmap(QPixmap.fromImage(scaled))
        self.paper.resize(scaled.size())

    def _clear(self) -> None:
        self.pad.clear()
        self._model.hear_writing()

    def _confirm(self) -> None:
        self._model.back()
        self._model.confirm([tuple(one) for one in self.pad.strokes if one], self.pad.pen)
