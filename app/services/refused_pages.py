"""Name the scanned pages that will not arrive without a person, by case and with the reason."""

from __future__ import annotations

from dataclasses import dataclass

from app.domain.catalogue import Item
from app.domain.errors import AppError
from app.services.matter import Matters
from app.services.set_aside import AsideMatter, how_to_go_on
from app.storage.attachments import AttachmentShelf, RefusedPage
from app.storage.database import Statements
from app.storage.folding import fold_case
from app.storage.store import Store


@dataclass(frozen=True, slots=True, kw_only=True)
class PageAside:
    """``material`` is its name in the list that the case froze, its id where that is not here."""

    material: str
    number: int
    code: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PagesAside:
    """``matter`` names the case, and says how it may be served here now; it has no facts."""

    matter: AsideMatter
    pages: tuple[PageAside, ...]


class RefusedPages:
    def __init__(self, store: Store, matters: Matters, shelf: AttachmentShelf) -> None:
        self._store = store
        self._matters = matters
        self._shelf = shelf

    def waiting(self) -> tuple[PagesAside, ...]:
        """The longest waiting case first. Raises StoreError."""
        by_case: dict[str, list[RefusedPage]] = {}
        for page in self._shelf.refused_pages():
            by_case.setdefault(page.case_id, []).append(page)
        with self._store.read() as connection:
            return tuple(self._one(connection, *one) for one in by_case.items())

    def _one(self, connection: Statements, case_id: str, found: list[RefusedPage]) -> PagesAside:
        case = fold_case(connection, case_id)
        number, applicant, item_name = connection.exec_driver_sql(
            "SELECT number, applicant, item_name FROM cases WHERE id = ?", (case_id,)
        ).one()
        item: Item | None = None
        if case is not None and case.item:
            try:
                item = self._matters.item(case)
            except AppError:
                item = None  # its list is not here: the ids have to do
        names = {one.id: one.name for one in item.materials} if item else {}
        return PagesAside(
            matter=AsideMatter(
                subject=f"case:{case_id}", number=number or "", applicant=applicant or "",
                item_name=item_name or "", state=case.state if case else None,
                window=case.window if case else "", facts=(),
                go_on=how_to_go_on(connection, case),
            ),
            pages=tuple(
                PageAside(
                    material=names.get(page.material, page.material), number=page.number,
                    code=page.code,
                )
                for page in found
            ),
        )  # fmt: skip
