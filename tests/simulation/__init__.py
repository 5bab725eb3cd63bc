"""Many machines in one thread: windows, a back office, a hostile line and crashes, by a seed."""
