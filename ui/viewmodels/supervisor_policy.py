"""Let a supervisor change the rules of the line: checked, shown as what would change, and only then
laid. What somebody else changed meanwhile is not overwritten unseen."""

from __future__ import annotations

from dataclasses import dataclass, replace

from PySide6.QtCore import QObject

from app.domain.hall import HALL_ZONE
from app.domain.queue_policy import QueuePolicy
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.policy_text import (
    PolicyText,
    changes,
    fault_words,
    read_text,
    skills_words,
    text_of,
)
from ui.viewmodels.services import CounterServices
from ui.viewmodels.supervisor import SupervisorModel, SupervisorState
from ui.viewmodels.viewmodel import Note, ViewModel

_SHOWN_CHANGES = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyState:
    """``base`` is what is edited; ``checked`` is sound and would be laid by the next press."""

    base: QueuePolicy | None = None
    text: PolicyText | None = None
    skills: str = ""
    checked: QueuePolicy | None = None
    today: bool = False
    note: Note | None = None
    wrong: tuple[str, ...] = ()


class PolicyModel(ViewModel[PolicyState]):
    def __init__(
        self, services: CounterServices, hall: SupervisorModel, parent: QObject | None = None
    ) -> None:
        super().__init__(services, PolicyState(), parent)
        self._hall = hall
        hall.state_changed.connect(self._see)

    def start(self) -> None:
        """The page is opened: show the policy that holds, unless something is being edited."""
        if self.state.checked is None:
            self._see(self._hall.state)

    def _see(self, state: SupervisorState) -> None:
        if state.rows is None or self._services.supervision is None:
            return
        policy = state.rows.view.policy
        if self.state.base == policy:
            return
        if self.state.base is not None and self.state.checked is not None:
            note = Note(tone=Tone.WARN, message=say("规则刚被改过：请核对以后再来一次。"))
            self._begin(policy, note)
        else:
            self._begin(policy, self.state.note)

    def _begin(self, policy: QueuePolicy, note: Note | None = None) -> None:
        desk = self._services.supervision
        if desk is not None:
            self._show(
                PolicyState(
                    base=policy, text=text_of(policy, desk.hall()),
                    skills=skills_words(policy, desk.hall()), note=note,
                )
            )  # fmt: skip

    def _ends(self) -> bool:
        rows = self._hall.state.rows
        return rows is not None and bool(rows.view.policy_until)

    def reset(self) -> None:
        if self.state.base is not None:
            self._begin(self.state.base)

    def submit(self, text: PolicyText, reason: str, *, today: bool) -> None:
        """First check and show what would change; the same once more lays it."""
        base, desk, session = self.state.base, self._services.supervision, self._hall.session
        if base is None or desk is None or session is None:
            return
        policy, wrong = read_text(text, base)
        wrong = list(dict.fromkeys([*wrong, *desk.check(policy)]))
        if wrong:
            words = " ".join(fault_words(one, desk.hall()) for one in wrong[:3])
            self._tell(Note(tone=Tone.WARN, message=words), wrong=tuple(wrong))
            return
        found = changes(base, policy, desk.hall())
        if not found:
            self._tell(Note(tone=Tone.WARN, message=say("什么都没有改。")))
            return
        if not reason.strip():
            self._tell(Note(tone=Tone.WARN, message=say("先写理由：会记在记录里。")))
            return
        if self.state.checked != policy or self.state.today != today:
            shown = say("；").join(found[:_SHOWN_CHANGES])
            if len(found) > _SHOWN_CHANGES:
                shown = say("{changes} 等 {n} 处", changes=shown, n=len(found))
            step = say("不动任何已取的号。再按一次 Ctrl+↵ 就改。")
            if self._ends() and not today:
                step = say("现在的规则只到今天：这样改，今天临时的也一直有效。") + step
            note = Note(
                tone=Tone.ACT, message=say("要改：{changes}。", changes=shown), next_step=step
            )
            self._show(replace(self.state, checked=policy, today=today, wrong=(), note=note))
            return
        until = self._hall.now().astimezone(HALL_ZONE).date() if today else None

        def done(_: object) -> None:
            note = Note(tone=Tone.GOOD, message=say("改规则：已记下，正送后台。"))
            self._show(replace(self.state, base=policy, checked=None, note=note))
            self._services.back_office.wake()
            self._hall.redraw()

        self._services.lane.submit(
            lambda: desk.lay(session, policy, base, reason, until=until), done,
            lambda error: self._tell(self._note(error)), self,
        )  # fmt: skip

    def _tell(self, note: Note, wrong: tuple[str, ...] = ()) -> None:
        self._show(replace(self.state, checked=None, note=note, wrong=wrong))
