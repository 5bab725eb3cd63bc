"""A fictitious department's own system, to try the back office against: it answers late, twice and
sometimes wrongly. It ships as a simulator, ``onewindow line-example``; see ``docs/lines.md``."""
