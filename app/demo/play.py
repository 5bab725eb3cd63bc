"""Play the main job through the real window by keyboard, as a clerk would; keep pictures of it."""

from __future__ import annotations

import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

from PySide6.QtCore import QCoreApplication, Qt
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit

from app.demo.hall import ReaderTrainer
from app.domain.checklist import Outcome
from app.domain.errors import AppError, Blame
from app.screen import Screen
from ui.pages.counter_page import CounterPage
from ui.viewmodels.case import CaseScreen
from ui.viewmodels.case_view import QuestionView
from ui.viewmodels.counter import CounterModel
from ui.viewmodels.counter_state import Primary
from ui.viewmodels.line_state import LineStage
from ui.viewmodels.results import ResultsModel

PASSWORD = "demo-1001"  # noqa: S105 - the demo hall's, published in its documentation
_PATIENCE = 20.0
_ORGANISATION = ("示例县样例餐饮有限公司", "91379901MA3YLCY07M")  # invented, as in licences.json


class PlayStuck(AppError):
    """The window did not reach the step that ``step`` names."""

    code = "DEMO-02"
    blame = Blame.MACHINE


def draw_page(file: Path, number: int) -> Path:
    """An invented sheet, A4 at 100 dots an inch."""
    sheet = QImage(827, 1169, QImage.Format.Format_RGB32)
    sheet.fill(QColor("white"))
    painter = QPainter(sheet)
    font = painter.font()
    font.setPixelSize(64)
    painter.setFont(font)
    painter.drawText(sheet.rect(), int(Qt.AlignmentFlag.AlignHCenter), f"\n样张 第 {number} 页")
    for line in range(12):
        painter.fillRect(110, 300 + 55 * line, 607 - 40 * (line % 3), 6, QColor("#666"))
    painter.end()
    sheet.save(str(file))
    return file


class Hands:
    """A clerk's hands on the keyboard and eyes on the screen."""

    def __init__(
        self, screen: Screen, trainer: ReaderTrainer, pictures: Path | None = None
    ) -> None:
        self.screen = screen
        self._trainer = trainer
        self._pictures = pictures
        self._taken = 0

    @property
    def model(self) -> CounterModel:
        model = self.screen.window.counter_model
        if model is None:
            raise PlayStuck(step="counter")
        return model

    @property
    def page(self) -> CounterPage:
        page = self.screen.window.counter
        if page is None:
            raise PlayStuck(step="counter")
        return page

    @property
    def results(self) -> ResultsModel:
        model = self.screen.window.results_model
        if model is None:
            raise PlayStuck(step="results")
        return model

    @property
    def case(self) -> CaseScreen:
        return self.model.case.state

    # -- eyes -----------------------------------------------------------------------------------

    def wait(self, true: Callable[[], bool], step: str) -> None:
        """Raises PlayStuck."""
        end = time.monotonic() + _PATIENCE
        while not true():
            if time.monotonic() > end:
                raise PlayStuck(step=step)
            QCoreApplication.processEvents()
            QTest.qWait(2)

    def settle(self) -> None:
        """Until the lane has answered all that was asked, and the screen has drawn it."""
        for _ in range(2):
            answered: list[bool] = []
            self.screen.lane.submit(lambda: True, answered.append, lambda _: None)
            self.wait(partial(bool, answered), "lane")
        if not self.screen.window.bug.isHidden():  # the banner of errors of the program itself
            raise PlayStuck(step="bug")

    def picture(self, name: str) -> None:
        if self._pictures is None:
            return
        self.screen.window.status_model.refresh()
        self.settle()
        QTest.qWait(60)
        self._taken += 1
        self.screen.window.grab().save(str(self._pictures / f"{self._taken:02d}-{name}.png"))

    # -- hands ----------------------------------------------------------------------------------

    def press(
        self, key: Qt.Key, held: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier
    ) -> None:
        QTest.keyClick(QApplication.focusWidget() or self.screen.window, key, held)
        self.settle()

    def ctrl(self, key: Qt.Key) -> None:
        self.press(key, Qt.KeyboardModifier.ControlModifier)

    def write(self, text: str) -> None:
        field = QApplication.focusWidget()
        if not isinstance(field, QLineEdit):
            raise PlayStuck(step="field")
        for character in text:
            if character.isascii():
                QTest.keyClicks(field, character)
            else:
                field.insert(character)  # as an input method does
        self.settle()

    # -- the steps of the job -------------------------------------------------------------------

    def sign_in(self) -> None:
        self.wait(lambda: bool(self.screen.window.sign_in_model.state.staff), "staff")
        self.screen.window.sign_in.password.setFocus()
        self.picture("sign-in")
        self.write(PASSWORD)
        self.press(Qt.Key.Key_Return)
        self.wait(lambda: self.screen.window.counter is not None, "signed in")
        self.wait(lambda: bool(self.model.line.state.businesses), "line")
        self.settle()

    def finish_open_case(self) -> None:
        """A case or a ticket that an earlier end of the program left open: they have gone."""
        stranded = self.model.line.state.stage is LineStage.SERVING and not self.case.case_id
        if self.case.open or stranded:
            self.model.leave("程序重新打开")
            self.wait(lambda: not self.case.case_id, "left")
            self.wait(lambda: self.model.line.state.stage is LineStage.IDLE, "line free")

    def call_next(self) -> None:
        """The next ticket, or somebody without one where nobody waits; one already called comes."""
        line = self.model.line
        if line.state.stage is not LineStage.CALLED and line.state.waiting:
            self.wait(lambda: self.model.state.may_call, "free to call")
            self.press(Qt.Key.Key_F2)
            self.wait(lambda: line.state.stage is LineStage.CALLED, "called")
            self.picture("called")
        if line.state.stage is LineStage.CALLED:
            self.ctrl(Qt.Key.Key_Return)
        else:
            self.wait(lambda: self.model.state.may_walk_in, "free for anybody")
            self.ctrl(Qt.Key.Key_N)
        self.wait(lambda: self.case.open, "case")

    def read_collector(self, person: str) -> None:
        """The card of who comes for a result, on its page."""
        self._trainer.place(person)
        self.press(Qt.Key.Key_F8)
        self.wait(lambda: bool(self.results.state.person), "the collector's card")
        self._trainer.lift()
        self.settle()

    def read_card(self, person: str) -> None:
        self.press(Qt.Key.Key_F8)
        if self._pictures is not None:
            QTest.qWait(300)
        self.picture("waiting-for-card")
        self._trainer.place(person)
        self.wait(lambda: self.case.applicant is not None, "card read")
        self._trainer.lift()
        self.picture("applicant")

    def come_back(self) -> None:
        """The applicant of a notice: what waits is offered as soon as the card is read."""
        self.wait(lambda: bool(self.model.records.state.waiting), "what waits")
        self.picture("waiting-for-this-person")
        self.ctrl(Qt.Key.Key_H)
        self.wait(lambda: self.case.numbered, "resumed")
        self.picture("resumed")

    def find_item(self, text: str) -> None:
        self.press(Qt.Key.Key_F10)
        self.write(text)
        self.wait(lambda: self.model.search.state.chosen is not None, "found")
        self.picture("search")
        self.press(Qt.Key.Key_Return)
        self.wait(lambda: self.case.item is not None, "item")
        self.picture("item")

    def answer_first_options(self) -> None:
        """Every question by its first option, asked for by Ctrl+E, answered by 1 and Enter."""
        while self.case.unanswered:
            before = self.case.questions
            self.ctrl(Qt.Key.Key_E)
            asked = self.page.item.questions.current
            self.press(Qt.Key.Key_1)
            self.wait(partial(self._changed, before), "answer")
            if asked is not None and asked.multiple:
                self.press(Qt.Key.Key_Return)
        self.picture("questions")

    def _changed(self, before: tuple[QuestionView, ...]) -> bool:
        return self.case.questions != before

    def bring(self, leave_out: int = 0) -> None:
        """Tick every required row by Space, but for the last ``leave_out`` of them."""
        self.ctrl(Qt.Key.Key_T)
        rows = [row for row in self.case.rows if row.required]
        for row in rows[: len(rows) - leave_out]:
            self._go_to(row.id)
            self.press(Qt.Key.Key_Space)

    def scan(self, folder: Path, pages: int) -> None:
        """Pages of the first paper, from files as a scanner leaves them."""
        self.ctrl(Qt.Key.Key_T)
        self._go_to(self.case.rows[0].id)
        self.press(Qt.Key.Key_S)
        self.press(Qt.Key.Key_A)
        form = self.page.materials.pages
        dialog = form.findChild(QFileDialog)
        if dialog is None:
            raise PlayStuck(step="choose files")
        files = [draw_page(folder / f"{number}.jpg", number) for number in range(1, pages + 1)]
        dialog.filesSelected.emit([str(file) for file in files])
        dialog.close()
        self.screen.window.activateWindow()
        shown = self.model.pages
        self.wait(lambda: len(shown.state.lines) == pages and bool(shown.state.preview), "pages")
        self.picture("scanned-pages")
        form.list.setFocus()
        self.press(Qt.Key.Key_Escape)

    def name_organisation(self, name: str, credit_code: str) -> None:
        """The person read stands for it."""
        applicant = self.case.applicant
        self.ctrl(Qt.Key.Key_O)
        for text in (name, credit_code, applicant.name if applicant else ""):
            self.write(text)
            self.press(Qt.Key.Key_Return)
        self.wait(lambda: bool(self.case.parties and self.case.parties.organisation), "named")
        self.picture("organisation")

    def _go_to(self, material: str) -> None:
        """Down, and once more from the top: the cursor steps on by itself after a tick."""
        table = self.page.materials.table
        for again in (False, True):
            if again:
                self.ctrl(Qt.Key.Key_Home)
            for _ in self.case.rows:
                row = table.current()
                if row is not None and row.id == material:
                    return
                self.press(Qt.Key.Key_Down)
        raise PlayStuck(step=f"row {material}")

    def decide(self, outcome: Outcome) -> str:
        """Returns the case's number. What is kept already may spare a paper at the last moment:
        then the best that is open now."""
        if self.model.state.primary is Primary.PARTY:
            self.name_organisation(*_ORGANISATION)
        for _ in range(5):
            open_ = self.case.conclusion.open if self.case.conclusion else frozenset()
            best = self.case.outcome
            if outcome not in open_ and best is not None:
                outcome = best
            if self.case.outcome is not outcome:
                self.model.select(outcome)
            self.wait(partial(self._weighs, outcome), outcome.value)
            self.picture(f"before-{outcome.value}")
            self.ctrl(Qt.Key.Key_Return)
            self.wait(lambda: bool(self.case.decided or self.case.note), "decided")
            decided = self.case.decided
            if decided is not None:
                return decided.number
        raise PlayStuck(step="decided")

    def _weighs(self, outcome: Outcome) -> bool:
        return self.case.outcome is outcome
