"""A believable organization, made through the services that the pages call: three houses and half a year in them."""
