"""From data to a report: `cadre-handbook run`.

`run.py` runs the notebooks and knows which are done, `outcome.py` is what each hands over, `page.py` and `document.py` make the
report of them: one HTML file to read, one Word file to pass on.
"""
