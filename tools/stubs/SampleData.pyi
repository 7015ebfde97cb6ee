from typing import Any

SampleDataLogic: Any
