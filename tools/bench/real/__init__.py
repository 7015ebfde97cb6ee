"""Times and Dice of published checkpoints, by whoever has them; see __main__.py."""
