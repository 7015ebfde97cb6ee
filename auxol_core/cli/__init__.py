"""The command line: ``auxol``. No module here imports torch before a command runs."""
