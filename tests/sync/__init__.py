"""Test sync with real stores, real servers in their own processes, and real HTTP between them."""
