"""Reads what buildah said: the step that compiles dependencies came from the cache, the one that compiles sources did not."""

import re
import sys
from pathlib import Path

steps = re.split(r"^(?:\[\d+/\d+\] )?STEP ", Path(sys.argv[1]).read_text(), flags=re.MULTILINE)
cached = {}
for step in steps:
    for name, mark in (("dependencies", "RUN sh predictor/stub-sources.sh"), ("sources", "RUN touch predictor/src/lib.rs")):
        if mark in step.partition("\n")[0]:
            cached[name] = "using cache" in step.lower()
if cached != {"dependencies": True, "sources": False}:
    sys.exit(f"FAILED: steps that came from the cache: {cached}")
print("ok: the dependencies came from the cache, the sources were compiled")
