"""The batch notebook through papermill: the same rows as the command line's."""

import subprocess
import sys
from pathlib import Path

import legolab as ll
from legolab.evaluation import runs
from legolab.evaluation.captions import Caption

NOTEBOOK = Path(__file__).resolve().parents[2] / "notebooks" / "batch_evaluation.ipynb"


def test_papermill_gives_the_same_table(tmp_path):
    captions = tmp_path / "one.csv"
    captions.write_text("id,caption,category\nm,a mug,mug\n", encoding="utf-8")
    parameters = {"captions": captions, "seeds": "2:4", "max_bricks": 4, "out": tmp_path / "x"}
    options = []
    for name, value in parameters.items():
        options += ["-p", name, str(value)]
    papermill = [sys.executable, "-m", "papermill", str(NOTEBOOK), str(tmp_path / "done.ipynb")]
    subprocess.run([*papermill, *options], check=True, capture_output=True, cwd=tmp_path)
    runs.run([Caption("a mug", "mug", "m")], tmp_path / "y", seeds=range(2, 4), max_bricks=4)
    tables = [(tmp_path / name / "results.parquet").read_bytes() for name in ("x", "y")]
    assert tables[0] == tables[1] and len(ll.runs.load(tmp_path / "x")) == 2
    assert (tmp_path / "x" / "report.html").exists()
