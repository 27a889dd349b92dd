"""Paper: letterhead, layout and fonts of every PDF, the register of issued documents, and the private file store."""
