"""The shard's stream process: what venues push is booked at once, by the writer everybody uses."""
