"""Pages of houses and their beds, the organization, its people, their roles, and the shared tablets."""
