"""Where LeoCAD puts every part of an LDraw file: `python leocad_boxes.py model.ldr ...`.

LeoCAD (https://www.leocad.org) is an independent reader of the format. It exports one group per
part to OBJ, in the order of the file, at (x, z, -y) of LDraw: for our bricks at (20 x, 20 y, 24 z)
LDU, the ground being one brick below zero.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path

Point = tuple[float, float, float]
Box = tuple[float, float, float, float, float, float]


@dataclass(frozen=True)
class Part:
    """A part as LeoCAD read it.

    Attributes:
        box: lowest, then highest x, y, z with the studs on top, LDU, z = 0 being the ground.
        material: LeoCAD's name for the colour.
        triangles: in LDU as in the box, but with z = 0 one brick above the ground.
    """

    box: Box
    material: str
    triangles: list[tuple[Point, Point, Point]]


def is_installed() -> bool:
    """Whether LeoCAD and a virtual display are on this machine."""
    return all(shutil.which(program) for program in ("leocad", "xvfb-run"))


def leocad_parts(path: Path, library: Path | None = None) -> list[Part]:
    """The parts of an LDraw file, in LeoCAD's order, from a folder of parts or LeoCAD's own."""
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder) / "model.obj"
        command = ["xvfb-run", "-a", "leocad", str(path), "-obj", str(target)]
        command += ["-l", str(library)] if library else []
        result = subprocess.run(command, capture_output=True, text=True, timeout=120, check=False)
        if not target.exists():
            raise RuntimeError(f"LeoCAD wrote nothing: {result.stdout}{result.stderr}")
        return read_parts(target.read_text())


def read_parts(obj: str) -> list[Part]:
    """The groups of an OBJ file."""
    vertices: list[Point] = []
    groups: list[tuple[list[tuple[int, ...]], list[str]]] = []
    for line in obj.splitlines():
        words = line.split()
        if words[:1] == ["v"]:
            x, y, z = map(float, words[1:4])
            vertices.append((x, y, z))
        elif words[:1] == ["g"]:
            groups.append(([], []))
        elif words[:1] == ["usemtl"] and groups:
            groups[-1][1].append(words[1])
        elif words[:1] == ["f"]:
            groups[-1][0].append(tuple(int(word.split("/")[0]) - 1 for word in words[1:]))
    parts = []
    for faces, names in groups:
        triangles = [(vertices[a], vertices[b], vertices[c]) for a, b, c in faces]
        corners = [corner for triangle in triangles for corner in triangle]
        parts.append(Part(_box(corners), names[0], triangles))
    return parts


def _box(points: list[Point]) -> Box:
    xs, ys, zs = zip(*points, strict=True)
    ground = 24.0
    return (
        min(xs),
        min(ys),
        min(zs) + ground,
        max(xs),
        max(ys),
        max(zs) + ground,
    )


def main(paths: list[str]) -> None:
    for path in paths:
        for part in leocad_parts(Path(path)):
            numbers = " ".join(f"{value:g}" for value in part.box)
            sys.stdout.write(f"{path}: {numbers} {part.material}\n")


if __name__ == "__main__":
    main(sys.argv[1:])
