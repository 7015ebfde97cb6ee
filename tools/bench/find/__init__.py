"""What a locator finds in volumes of patients it has never seen (``make bench-find``)."""
