"""The hall's line: who waits, who is given which number, and how it all stands."""
