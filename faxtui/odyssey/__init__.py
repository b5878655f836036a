"""The service over HTTP: the only place that knows httpx, JSON and its spelling."""
