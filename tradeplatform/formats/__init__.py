"""How dates are written, per language; see settings.FORMAT_MODULE_PATH."""
