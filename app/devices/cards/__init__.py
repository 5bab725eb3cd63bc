"""Card readers: GA 467 frames over a serial line, chip cards over PC/SC, one lane for both."""
