"""The user's own function, by its name: imported, traced and run in a process of its own, which `child` is."""
