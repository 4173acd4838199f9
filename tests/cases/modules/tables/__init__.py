"""Tables of modules, a file a topic; each holds ``MODULES``."""
