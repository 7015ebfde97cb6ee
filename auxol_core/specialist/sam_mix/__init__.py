"""The preset `sam_mix`: SAM-Mix (Ward & Imran 2025) as published, as far as it is. See docs/sam-mix.md."""
