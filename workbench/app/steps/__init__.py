"""The six steps. Each is handed values and callables; none knows another."""
