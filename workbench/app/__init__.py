"""The app: session, task list, one module a step, and the place where things are wired."""
