"""How the service is reached: directly or through a proxy, and whose certificates are trusted."""
