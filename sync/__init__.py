"""Carry the journal of each window to the hall's back office: messages, client, server."""
