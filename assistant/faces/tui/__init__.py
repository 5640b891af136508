"""The terminal interface: the app, its keys, screens and widgets."""
