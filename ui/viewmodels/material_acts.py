"""What the clerk does to one row of the list: tick, count, fault, promise, give back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from app.domain.catalogue import Material, MaterialForm
from app.domain.checklist import Evidence
from ui.kit.texts import say
from ui.kit.theme import Tone
from ui.viewmodels.services import CounterServices
from ui.viewmodels.viewmodel import Note

if TYPE_CHECKING:
    from ui.viewmodels.case import CaseModel


class MaterialActs:
    def __init__(self, services: CounterServices, case: CaseModel) -> None:
        self._services = services
        self._case = case

    def receive_all(self, material_id: str) -> None:
        """Original and copies as the list wants them; for 非纸质 materials in their own form."""
        material = self._material(material_id)
        if material is None:
            return
        electronic = material.form is MaterialForm.ELECTRONIC
        form = MaterialForm.ELECTRONIC if electronic else MaterialForm.PAPER
        self._receive(material_id, material.originals, material.copies, form)

    def receive_electronic(self, material_id: str) -> None:
        """Only where the list takes an electronic one."""
        material = self._material(material_id)
        if material is not None and material.form is not MaterialForm.PAPER:
            form = MaterialForm.ELECTRONIC
            self._receive(material_id, material.originals, material.copies, form)

    def adjust(self, material_id: str, *, originals: int = 0, copies: int = 0) -> None:
        """One more or less, never more than the list asks for (按清单，不多要)."""
        material = self._material(material_id)
        if material is None:
            return
        had = self._evidence(material_id) or Evidence()
        # A kept copy (grade C) wants its original seen, whatever the list counts.
        most = max(material.originals, 1) if had.stored else material.originals
        now = (
            min(max(had.originals + originals, 0), most),
            min(max(had.copies + copies, 0), material.copies),
        )
        if now == (0, 0):
            self.give_back(material_id)
        elif now != (had.originals, had.copies) or had.fault:
            self._receive(material_id, *now, had.form)

    def _receive(self, material_id: str, originals: int, copies: int, form: MaterialForm) -> None:
        desk = self._services.reception
        self._case.act(lambda s, c: desk.receive(s, c, material_id, originals, copies, form))

    def fault(self, material_id: str, reason: str) -> None:
        desk, case = self._services.reception, self._case
        case.act(lambda s, c: desk.fault(s, c, material_id, reason), case.recorded)

    def promise(self, material_id: str) -> None:
        material, had = self._material(material_id), self._evidence(material_id)
        if material is not None and not material.promisable and not (had and had.stored):
            text = say("清单没有允许这份材料以承诺代替。")
            self._case.tell(Note(tone=Tone.WARN, message=text))
            return
        desk = self._services.reception
        self._case.act(lambda s, c: desk.promise(s, c, material_id))

    def give_back(self, material_id: str) -> None:
        desk = self._services.reception
        if self._evidence(material_id) is not None:
            self._case.act(lambda s, c: desk.give_back(s, c, material_id))

    def _material(self, material_id: str) -> Material | None:
        matter = self._case.matter
        if matter is None or matter.item is None:
            return None
        return matter.item.get_material(material_id)

    def _evidence(self, material_id: str) -> Evidence | None:
        matter = self._case.matter
        return matter.case.evidence.get(material_id) if matter else None
