"""The window's side of sync: what waits is pushed, numbers and tickets are leased."""
