"""How the web process takes requests in: whole, before one of its few threads looks at them."""
