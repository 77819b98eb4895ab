"""What tests in either language look for in words."""

from __future__ import annotations

import re

# Three words in a row are a sentence; ids, commands and names of parameters come singly.
ENGLISH_SENTENCE = re.compile(r"(?<![\w-])[A-Za-z]{2,}(?:[,;:]? [A-Za-z]{1,}){2,}(?![\w-])")
HALF_WIDTH = re.compile(r"[\u3400-\u9fff][,;:!?()]|[,;!?()][\u3400-\u9fff]")
CHINESE = re.compile("[\u3400-\u9fff]")
