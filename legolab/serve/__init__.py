"""The service: the web in front, a queue behind it, workers, and the store of results."""
