"""Floor 4: the benchmark (prequential replay) and the batch command, on any EngineApi."""
