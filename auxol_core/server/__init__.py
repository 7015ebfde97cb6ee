"""Engines behind HTTP: one engine a user, one compute thread for all. The protocol is auxol_core.protocol's."""
