"""Statistics services: search, describe, fetch. One module a service, one client for all."""
