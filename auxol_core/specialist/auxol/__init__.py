"""The `auxol` preset's specialist: a copy of the promptable network that learns every prompt kind at once."""
