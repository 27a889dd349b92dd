"""Pages that gather from many subjects."""
