"""Hold the numbered SQL steps of the back office's database."""
