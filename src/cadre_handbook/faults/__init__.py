"""Faults planted in the made-up county, a module a recommendation with a function `plant(faults)`."""
