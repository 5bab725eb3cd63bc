"""The demo hall: everything a newcomer needs to serve somebody, on one machine."""
