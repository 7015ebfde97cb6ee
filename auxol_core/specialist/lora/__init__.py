"""The preset `lora`: low-rank matrices in SAM's own mask decoder."""
