"""Pages of beds, stays, applications and occupancy."""
