"""Simulated readers and cards that speak the real protocols on real transports."""
