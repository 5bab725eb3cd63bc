"""The back office of a hall: takes the windows' chains in, decides each event, leases and shows."""
