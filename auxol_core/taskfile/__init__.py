"""Floor 3: the durable task: database, journal, versions, transfer, owner."""
