"""Tables of layers, a file a topic; each holds ``LAYERS``."""
