"""Adults of each county and group, from census tables and registered population, on a basis and age.

Start at `population.adults`.
"""
