from typing import Any

PyTorchUtilsLogic: Any
