"""Official files into tables: rosters, appointment forms and résumés, under a mapping that the official confirms.

Names and ID-card numbers stop here: what comes out is pseudonymous. What could not be read is listed, never guessed.
"""
