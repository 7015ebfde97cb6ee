"""The engine from Qt's side: requests, the worker process, reconnecting."""
