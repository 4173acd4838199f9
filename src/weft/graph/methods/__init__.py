"""Methods of Graph, a file a topic; each is a few lines that call a function of the topic's own module."""
