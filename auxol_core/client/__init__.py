"""Floor 1: the verbs of EngineApi on the way to a server, the outbox, and the worker as a child process."""
