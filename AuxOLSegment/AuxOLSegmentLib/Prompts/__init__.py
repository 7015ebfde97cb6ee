"""From the mouse and markups to prompts."""
