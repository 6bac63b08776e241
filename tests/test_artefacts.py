"""A result's files are the same wherever they go, and an unverified one is marked in each."""

import io
import json

import pytest
from PIL import Image

import legolab as ll
from legolab.artefacts import NAMES, document_of, files_of, packed_of
from legolab.generation.result import Generation
from legolab.generation.trace import Trace
from legolab.ldraw.reader import read_ldr

STRUCTURE = ll.BrickStructure.from_text("2x4 (0,0,0)\n2x2 (1,1,1)\n")


def result(backend="auto"):
    report = ll.analyze(STRUCTURE, backend=backend)
    trace = Trace("embedded", "0" * 12, 0.3)
    return Generation("a chair", "a chair", (), 7, STRUCTURE, report, trace)


def test_four_files_with_their_media_types():
    files = files_of(result(), size=256)
    assert tuple(files) == NAMES == ("preview.png", "model.ldr", "model.txt", "report.json")
    assert [media.split(";")[0] for _, media in files.values()] == [
        "image/png",
        "application/x-ldraw",
        "text/plain",
        "application/json",
    ]
    assert Image.open(io.BytesIO(files["preview.png"][0])).size == (256, 256)
    assert read_ldr(files["model.ldr"][0].decode()).to_text() == STRUCTURE.to_text()
    assert files["model.txt"][0].decode() == STRUCTURE.to_text()
    document = json.loads(files["report.json"][0])
    assert document["schema"] == "legolab.generation/1"
    assert document["parts"] == {"2x2": 1, "2x4": 1}
    assert document["report"]["verdict"] == "stable"
    assert b"UNVERIFIED" not in b"".join(content for content, _ in files.values())


def test_the_packed_file_is_the_same_model():
    content, _ = packed_of(result("unverified"))
    assert read_ldr(content.decode()).to_text() == STRUCTURE.to_text()
    assert b"UNVERIFIED" in content


@pytest.mark.parametrize("name", ["model.ldr", "model.txt", "report.json"])
def test_an_unverified_result_says_so(name):
    assert b"UNVERIFIED" in files_of(result("unverified"), size=128)[name][0]


def test_an_unverified_picture_is_marked():
    plain, marked = (
        files_of(result(kind), size=256)["preview.png"] for kind in ("highs", "unverified")
    )
    assert plain != marked


def test_the_document_is_the_report_file():
    made = result()
    assert json.loads(files_of(made, size=128)["report.json"][0]) == document_of(made)
