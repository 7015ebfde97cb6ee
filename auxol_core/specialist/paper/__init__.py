"""The published specialist (Huang et al. 2025, AuxOL): a small U-Net in SAM's crop, trained from nothing."""
