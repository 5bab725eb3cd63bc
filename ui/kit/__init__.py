"""The screen's kit: lanes, theme tokens, formats and words; QtCore only."""
