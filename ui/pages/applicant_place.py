"""Keep the applicant's screen beside the clerk's: on a second display, else when asked for."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from ui.kit.theme import style_sheet
from ui.pages.widgets.look import Look

if TYPE_CHECKING:
    from app.services.sign_in import Session
    from ui.pages.applicant_screen import ApplicantScreen
    from ui.viewmodels.applicant import ApplicantModel
    from ui.viewmodels.counter import CounterModel
    from ui.viewmodels.services import CounterServices
    from ui.viewmodels.signing import SigningModel


class ApplicantPlace:
    def __init__(self, services: CounterServices, look: Look, theme: Path) -> None:
        self._services, self._look, self._theme = services, look, theme
        self.model: ApplicantModel | None = None
        self.signing: SigningModel | None = None
        self.screen: ApplicantScreen | None = None

    def enter(self, session: Session, counter: CounterModel) -> None:
        from ui.pages.applicant_screen import second_screen

        if self.model is None:
            from ui.viewmodels.applicant import ApplicantModel

            self.model = ApplicantModel(self._services, counter, counter)
        self.give_signing()
        self.model.begin_session(session)
        if second_screen() is not None and self.screen is None:
            self.toggle()

    def give_signing(self) -> SigningModel:
        """What is signed on this screen; it opens by itself when it is needed."""
        if self.signing is None:
            from ui.viewmodels.signing import SigningModel

            self.signing = SigningModel(self._services)
            self.signing.asked.connect(self._open)
        return self.signing

    def leave(self) -> None:
        if self.signing is not None:
            self.signing.cancel()
        if self.model is not None:
            self.model.end_session()

    def _open(self) -> None:
        if self.screen is None or not self.screen.isVisible():
            self.toggle()

    def toggle(self) -> None:
        if self.screen is not None and self.screen.isVisible():
            self.screen.hide()
        elif self.model is not None:
            if self.screen is None:
                from ui.pages.applicant_screen import ApplicantScreen

                self.screen = ApplicantScreen(self.model, self.give_signing())
                self.restyle()
            self.screen.open()

    def restyle(self) -> None:
        if self.screen is not None:
            self.screen.setStyleSheet(style_sheet(self._look.theme, self._theme))

    def close(self) -> None:
        if self.screen is not None:
            self.screen.close()
