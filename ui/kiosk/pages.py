"""The kiosk's pages, one for each step. Each shows a state and tells the model what was touched."""

from __future__ import annotations

from functools import partial

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from ui.kiosk.look import Look
from ui.kiosk.parts import Keys, Tile, button, clear, label, show_words
from ui.kit.texts import say
from ui.viewmodels.kiosk import KioskModel
from ui.viewmodels.kiosk_state import (
    KioskServices,
    KioskState,
    Purpose,
    ahead_words,
    can_take,
    line_name,
    line_words,
    priority_name,
    slip_words,
    step_words,
)

_CENTRE = Qt.AlignmentFlag.AlignHCenter


class Page(QWidget):
    """``wide``: the screen lies on its side."""

    def __init__(self, model: KioskModel, services: KioskServices, look: Look, wide: bool) -> None:
        super().__init__()
        self.model, self.services, self.look, self.wide = model, services, look, wide
        self.column = QVBoxLayout(self)
        self.column.setContentsMargins(0, 0, 0, 0)
        self.column.setSpacing(look.px(2))
        self.build()

    def build(self) -> None:
        raise NotImplementedError

    def render_state(self, _state: KioskState) -> None:
        """Some pages say the same to everybody."""

    def grid(self, columns: int, widgets: list[QWidget]) -> None:
        grid = QGridLayout()
        grid.setSpacing(self.look.px(2))
        for place, one in enumerate(widgets):
            grid.addWidget(one, place // columns, place % columns)
        for column in range(columns):
            grid.setColumnStretch(column, 1)
        self.column.addLayout(grid)


class IdlePage(Page):
    def build(self) -> None:
        look = self.look
        self.column.addStretch(2)
        self.column.addWidget(label("huge", say("请触摸屏幕取号"), _CENTRE))
        self.column.addWidget(
            label("told", say("取号 · 预约签到 · 过号报到 · 查办事材料"), _CENTRE)
        )
        self.column.addStretch(1)
        begin = button("act", "开始 · Start", self.model.begin)
        begin.setMinimumSize(look.px(60), look.px(18))
        self.column.addWidget(begin, 0, _CENTRE)
        self.column.addStretch(1)
        self.waits = label("told", "", _CENTRE)
        self.column.addWidget(self.waits)
        self.column.addStretch(1)

    def render_state(self, state: KioskState) -> None:
        lines = state.view.lines if state.view and not state.lost else ()
        names = {one.id: line_name(one) for one in self.services.businesses}
        told = (f"{names.get(one.business, one.name)}　{line_words(one)}" for one in lines)
        show_words(self.waits, "\n".join(told))


class HomePage(Page):
    def build(self) -> None:
        model = self.model
        self.column.addWidget(label("title", say("您要办什么？")))
        tiles: list[QWidget] = []
        for name, told, press in (
            (say("取号办事"), say("身份证取号，没有带也可以取"), model.choose_lines),
            (say("按事项取号"), say("输入拼音首字母，看要带哪些材料"), model.choose_search),
            (say("预约签到"), say("输入预约码，按约定的时间排队"),
             partial(model.choose_code, Purpose.BOOKING)),
            (say("过号报到"), say("叫过号没有赶上，回到队里"),
             partial(model.choose_code, Purpose.BACK)),
            (say("补打小票"), say("小票丢了，输入号码"),
             partial(model.choose_code, Purpose.REPRINT)),
        ):  # fmt: skip
            tile = Tile(self.look, press, name)
            tile.say_of(told)
            tiles.append(tile)
        self.grid(2 if self.wide else 1, tiles)
        self.column.addStretch()


class LinesPage(Page):
    def build(self) -> None:
        self.column.addWidget(label("title", say("请选择业务")))
        self.tiles = {}
        for place, one in enumerate(self.services.businesses, 1):
            name = f"{place}　{line_name(one)}" if self.services.greeter else line_name(one)
            press = partial(self.model.choose_line, one.id)
            self.tiles[one.id] = Tile(self.look, press, name)
        self.grid(2 if self.wide else 1, list(self.tiles.values()))
        self.column.addStretch()
        if self.services.greeter:
            keys = say(
                "F3 查事项　F4 预约签到　F6 过号报到　F7 补打小票　回车 不刷证取号　Esc 返回"
            )
            self.column.addWidget(label("muted", keys))

    def render_state(self, state: KioskState) -> None:
        lines = {one.business: one for one in state.view.lines} if state.view else {}
        for business, tile in self.tiles.items():
            line = lines.get(business)
            tile.say_of(line_words(line))
            tile.setEnabled(can_take(line))


class CardPage(Page):
    def build(self) -> None:
        model = self.model
        self.title = label("title")
        self.step = label("name", "", _CENTRE)
        self.again = button("plain", say("再读一次"), model.read_again)
        self.column.addWidget(self.title)
        self.column.addStretch()
        self.column.addWidget(self.step)
        self.column.addWidget(self.again, 0, _CENTRE)
        self.column.addStretch()
        self.column.addWidget(label("told", say("有优先情形的请选（可不选）")))
        self.chips = {}
        chips: list[QWidget] = []
        for place, one in enumerate(self.services.priorities, 1):
            name = f"{place} {priority_name(one)}" if self.services.greeter else priority_name(one)
            chip = button("chip", name, partial(model.choose_priority, one.id))
            chip.setCheckable(True)
            self.chips[one.id] = chip
            chips.append(chip)
        self.grid(4 if self.wide else 2, chips)
        self.plain = button("act", say("不用身份证，直接取号"), model.take_without_card)
        self.column.addWidget(self.plain)

    def render_state(self, state: KioskState) -> None:
        line = next((o for o in self.services.businesses if o.id == state.business), None)
        guide = state.guide
        show_words(self.title, line_name(line) if line else guide.item if guide else "")
        words = say("正在取号…") if state.working else step_words(state.reading)
        idle = state.reading is None and not state.working
        self.step.setText(say("没有读到身份证") if idle else words)
        self.again.setVisible(idle)
        self.plain.setEnabled(not state.working)
        for reason, chip in self.chips.items():
            chip.setChecked(state.priority == reason)


class SearchPage(Page):
    def build(self) -> None:
        self.column.addWidget(label("title", say("输入事项名称的拼音首字母")))
        self.typed = label("typed")
        self.column.addWidget(self.typed)
        self.results = QVBoxLayout()
        self.results.setSpacing(self.look.px(1))
        self._shown: tuple[str, ...] = ()
        area, inner = QScrollArea(), QWidget()
        inner.setLayout(self.results)
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        keys = Keys(self.look)
        keys.typed.connect(self.model.type)
        keys.erased.connect(self.model.erase)
        if self.wide:
            row = QHBoxLayout()
            row.setSpacing(self.look.px(3))
            row.addWidget(area, 1)
            row.addWidget(keys, 1)
            self.column.addLayout(row, 1)
        else:
            self.column.addWidget(area, 1)
            self.column.addWidget(keys)

    def render_state(self, state: KioskState) -> None:
        self.typed.setText(state.text or " ")
        shown = (state.text if not state.found else "", *(one.code for one in state.found))
        if shown == self._shown:
            return
        self._shown = shown
        clear(self.results)
        for one in state.found:
            tile = Tile(self.look, partial(self.model.choose_item, one.code), one.name)
            tile.say_of(one.department)
            self.results.addWidget(tile)
        if not state.found and state.text:
            self.results.addWidget(label("told", say("没有找到，请换一种说法，或请导办员帮忙")))
        self.results.addStretch()


class ItemPage(Page):
    def build(self) -> None:
        self.title, self.about = label("title"), label("muted")
        self.list = QVBoxLayout()
        self.list.setSpacing(self.look.px(1))
        area, inner = QScrollArea(), QWidget()
        inner.setLayout(self.list)
        area.setWidget(inner)
        area.setWidgetResizable(True)
        area.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.column.addWidget(self.title)
        self.column.addWidget(self.about)
        self.column.addWidget(area, 1)
        self.take = button("act", say("取号办这件事"), self.model.take_for_item)
        self.print = button("plain", say("打印材料清单带走"), self.model.print_guide)
        self.out = label("muted")
        row = QHBoxLayout()
        row.setSpacing(self.look.px(2))
        row.addWidget(self.print, 1)
        row.addWidget(self.take, 1)
        self.column.addWidget(self.out)
        self.column.addLayout(row)
        self._item = ""

    def render_state(self, state: KioskState) -> None:
        guide = state.guide
        if guide is None:
            return
        self.title.setText(guide.item)
        limit = say("承诺 {limit} 办结", limit=guide.promised_limit) if guide.promised_limit else ""
        self.about.setText("　".join(one for one in (guide.department, limit) if one))
        self.print.setEnabled(not state.sheets and not state.working)
        words = say("清单现在打不出来：{why}", why=state.sheets) if state.sheets else ""
        show_words(self.out, words)
        if self._item == guide.item_code:
            return
        self._item = guide.item_code
        clear(self.list)
        self.list.addWidget(label("told", say("要带的材料")))
        for place, one in enumerate(guide.materials, 1):
            self.list.addWidget(label("told", f"{place}. {one.name}"))
        if guide.unanswered:
            self.list.addWidget(
                label(
                    "muted",
                    say("还要看您的情况：{questions}", questions="；".join(guide.unanswered)),
                )
            )
        self.list.addStretch()


class CodePage(Page):
    def build(self) -> None:
        self.title, self.typed = label("title"), label("typed")
        self.enter = button("act", say("确定"), self.model.enter)
        keys = Keys(self.look, self.enter)
        keys.typed.connect(self.model.type)
        keys.erased.connect(self.model.erase)
        self.column.addWidget(self.title)
        self.column.addWidget(self.typed)
        self.column.addStretch()
        self.column.addWidget(keys)

    def render_state(self, state: KioskState) -> None:
        words = {
            Purpose.BOOKING: say("请输入或扫描预约码"),
            Purpose.BACK: say("请输入过了号的号码，例如 A012"),
            Purpose.REPRINT: say("请输入小票上的号码，例如 A012"),
        }
        self.title.setText(words[state.purpose])
        self.typed.setText(state.text or " ")
        self.enter.setEnabled(bool(state.text) and not state.working)


class DonePage(Page):
    def build(self) -> None:
        self.head = label("told", "", _CENTRE)
        self.number = label("number", "", _CENTRE)
        self.line, self.ahead = label("name", "", _CENTRE), label("title", "", _CENTRE)
        self.slip = label("told", "", _CENTRE)
        self.again = button("plain", say("补打小票"), self.model.print_again)
        done = button("act", say("好了"), self.model.leave)
        self.column.addStretch()
        for one in (self.head, self.number, self.line, self.ahead, self.slip):
            self.column.addWidget(one)
        self.column.addStretch()
        row = QHBoxLayout()
        row.setSpacing(self.look.px(2))
        row.addWidget(self.again, 1)
        row.addWidget(done, 1)
        self.column.addLayout(row)

    def render_state(self, state: KioskState) -> None:
        given = state.given
        if given is None:
            return
        self.head.setText(say("您已经取过号") if given.already else say("您的号码"))
        self.number.setText(given.number)
        self.line.setText(given.business)
        self.ahead.setText(ahead_words(given))
        self.slip.setText(slip_words(state.slip, given))
        self.again.setEnabled(not state.working)
