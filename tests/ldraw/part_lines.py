"""What the lines of our part files draw, read without the package's own geometry."""

from dataclasses import dataclass, field

import numpy as np
from numpy.typing import ArrayLike

Point = tuple[float, ...]


@dataclass
class Drawing:
    """Corners of faces, ends of edges, ends and neighbours of outlines."""

    faces: list[list[Point]] = field(default_factory=list)
    edges: list[list[Point]] = field(default_factory=list)
    outlines: list[list[Point]] = field(default_factory=list)


def draw(name: str, files: dict[str, str]) -> Drawing:
    """What a part file draws, and the files that it uses."""
    drawing = Drawing()
    for line in files[name].splitlines():
        line_type, *words = line.split()
        points = [] if line_type == "0" else np.array(words[1:13], float).round(4).reshape(-1, 3)
        match line_type:
            case "1":
                matrix = np.array(words[4:13], float).reshape(3, 3)
                _append(drawing, draw(words[13], files), matrix, np.array(words[1:4], float))
            case "2":
                assert words[0] == "24"
                drawing.edges.append(list(map(tuple, points)))
            case "3" | "4":
                assert words[0] == "16" and len(points) == int(line_type)
                drawing.faces.append(list(map(tuple, points)))
            case "5":
                assert words[0] == "24"
                drawing.outlines.append(list(map(tuple, points)))
            case _:
                assert line_type == "0"
    return drawing


def triangles(faces: list[list[Point]]) -> list[tuple[Point, Point, Point]]:
    """Faces of three or four corners, the latter cut along their first diagonal."""
    return [(face[0], face[k], face[k + 1]) for face in faces for k in range(1, len(face) - 1)]


def volume(corners: ArrayLike) -> float:
    """Signed volume of triangles [n, 3 corners, 3], positive where they are right side out.

    By the divergence theorem, the sum of a . (b x c) / 6 over the triangles.
    """
    return float(np.linalg.det(np.asarray(corners, float)).sum() / 6)


def _append(drawing: Drawing, used: Drawing, matrix: np.ndarray, place: np.ndarray) -> None:
    for name in ("faces", "edges", "outlines"):
        for points in getattr(used, name):
            moved = (np.array(points) @ matrix.T + place).round(4) + 0.0
            getattr(drawing, name).append(list(map(tuple, moved)))
