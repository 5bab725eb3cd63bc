"""Both themes can be read, and the style sheet knows every token it names."""

from __future__ import annotations

import pytest

from app.bootstrap import resources_folder
from ui.kit.theme import DARK, LIGHT, Theme, ThemeMode, Tone, choose_theme, contrast, style_sheet


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_every_text_has_contrast(theme: Theme) -> None:
    pairs = [theme.tone(tone) for tone in Tone]
    pairs += [(ground, ink) for ground in (theme.ground, theme.card, theme.hover)
              for ink in (theme.text, theme.muted)]  # fmt: skip
    pairs += [(theme.card, theme.faint), (theme.card, theme.act), (theme.act_soft, theme.text)]
    pairs += [(theme.act_soft, theme.muted), (theme.card, theme.bad_ink)]
    pairs += [(theme.act, theme.act_text), (theme.act_hover, theme.act_text)]
    pairs += [(theme.paper, theme.paper_ink)]
    for ground, ink in pairs:
        assert contrast(ground, ink) >= 4.5, f"{ink} on {ground}: {contrast(ground, ink):.2f}"


def test_contrast_is_the_published_measure() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)
    assert contrast("#777777", "#ffffff") == pytest.approx(4.48, abs=0.01)


@pytest.mark.parametrize("theme", [LIGHT, DARK], ids=lambda theme: theme.name)
def test_style_sheet_has_no_hole_left(theme: Theme) -> None:
    sheet = style_sheet(theme, resources_folder() / "theme")
    assert "$" not in sheet
    assert theme.act in sheet


def test_mode_decides_against_the_system() -> None:
    assert choose_theme(ThemeMode.SYSTEM, system_is_dark=True) is DARK
    assert choose_theme(ThemeMode.SYSTEM, system_is_dark=False) is LIGHT
    assert choose_theme(ThemeMode.LIGHT, system_is_dark=True) is LIGHT
    assert choose_theme(ThemeMode.DARK, system_is_dark=False) is DARK
