"""Many captions at once: what came out, in figures and pictures. `legolab.runs` is `runs` here."""

from legolab.evaluation import runs as runs
