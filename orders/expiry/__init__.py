"""What becomes of orders that do not fill: a strategy's rules, carried out."""
