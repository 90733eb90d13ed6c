"""A deliberately broken build: what it does is what nothing of ours may ever do."""
