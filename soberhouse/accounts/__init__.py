"""People who sign in: users, what happens to their accounts, shared tablets' PINs."""
