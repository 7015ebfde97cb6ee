"""Many simulated readers against one server, and a model of how many it carries. See docs/capacity.md."""
