"""What several checks say together: the part “whole”."""
