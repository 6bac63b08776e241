"""Our parts: their measures, that they are closed and right side out, and drawn with every edge."""

import math
import re
from collections import Counter

import numpy as np
import pytest

from legolab.bricks.catalog import CATALOG, KIND_OF_PART, BrickKind
from legolab.ldraw.parts import edges, mesh, part, primitives
from tests.ldraw.part_lines import Drawing, Point, draw, triangles, volume

PRIMITIVES = {name: file.text() for name, file in primitives().items()}
FILES = PRIMITIVES | {part(kind).name: part(kind).text() for kind in CATALOG}

SIDES = 16
every_kind = pytest.mark.parametrize("kind", CATALOG, ids=lambda kind: kind.name)


def drawing_of(kind: BrickKind) -> Drawing:
    return draw(f"{kind.part}.dat", FILES)


def polygon(radius: float) -> float:
    """Area of the regular polygon that stands for a circle."""
    return SIDES / 2 * radius**2 * math.sin(2 * math.pi / SIDES)


def stud_centres(kind: BrickKind) -> list[tuple[float, float]]:
    return [
        (20 * i + 10 - 10 * kind.long, 20 * j + 10 - 10 * kind.short)
        for i in range(kind.long)
        for j in range(kind.short)
    ]


def open_ends(kind: BrickKind) -> list[tuple[Point, float]]:
    """Centre and radius of every circle where a stud, tube or pin stands on a flat face."""
    ends = [((x, 0.0, z), 6.0) for x, z in stud_centres(kind)]
    for k in range(1, kind.long):
        centre = (20.0 * k - 10 * kind.long, 4.0, 0.0)
        ends += [(centre, radius) for radius in ((8.0, 6.0) if kind.short == 2 else (4.0,))]
    return ends


def sides(faces: list[list[Point]]) -> Counter[tuple[Point, Point]]:
    """Every side of every face, in the direction the face goes round."""
    return Counter((a, b) for face in faces for a, b in zip(face, face[1:] + face[:1], strict=True))


def closed(kind: BrickKind) -> list[list[Point]]:
    """The faces of a part, with discs where studs, tubes and pins stand on a flat face."""
    faces = drawing_of(kind).faces
    found = sides(faces)
    once = [(a, b) for a, b in found if (b, a) not in found]
    for centre, radius in open_ends(kind):
        for a, b in once:
            if all(abs(math.dist(p, centre) - radius) < 1e-3 and p[1] == centre[1] for p in (a, b)):
                faces.append([b, a, centre])
    return faces


@pytest.mark.parametrize(
    ("number", "length", "width"),
    [
        ("3005", 20, 20),
        ("3004", 40, 20),
        ("3010", 80, 20),
        ("3009", 120, 20),
        ("3008", 160, 20),
        ("3003", 40, 40),
        ("3001", 80, 40),
        ("2456", 120, 40),
    ],
)
def test_part_numbers_and_measures_are_those_of_the_parts_library(number, length, width):
    points = np.array([p for face in draw(f"{number}.dat", FILES).faces for p in face])
    assert (points.min(axis=0) == [-length / 2, -4, -width / 2]).all()
    assert (points.max(axis=0) == [length / 2, 24, width / 2]).all()
    assert {f"{kind.part}.dat" for kind in CATALOG} == set(FILES) - set(PRIMITIVES)


@every_kind
def test_a_stud_stands_in_the_middle_of_every_cell(kind: BrickKind):
    tops = {point for face in drawing_of(kind).faces for point in face if point[1] == -4}
    around = {
        centre: [p for p in tops if abs(math.hypot(p[0] - centre[0], p[2] - centre[1]) - 6) < 1e-3]
        for centre in stud_centres(kind)
    }
    assert [len(points) for points in around.values()] == [SIDES] * (kind.short * kind.long)
    assert len(tops) == SIDES * kind.short * kind.long
    for centre, points in around.items():
        assert np.mean(points, axis=0) == pytest.approx([centre[0], -4, centre[1]], abs=1e-9)


@every_kind
def test_faces_are_flat_and_convex_and_have_an_area(kind: BrickKind):
    for face in drawing_of(kind).faces:
        corners = np.array(face)
        along = np.roll(corners, -1, axis=0) - corners
        turns = np.cross(along, np.roll(along, -1, axis=0))
        normal = turns[0] / np.linalg.norm(turns[0])
        assert (turns @ normal > 1e-3).all()
        assert abs((corners - corners[0]) @ normal).max() < 1e-4


@every_kind
def test_the_surface_is_closed(kind: BrickKind):
    """Every side of a face is the side of one other face, which goes along it the other way.

    Where a stud, tube or pin stands on a flat face, the part has no hidden disc; it is added.
    """
    found = sides(closed(kind))
    assert set(found.values()) == {1}
    assert all((b, a) in found for a, b in found)


@every_kind
def test_the_volume_is_positive_and_that_of_its_walls_studs_and_tubes(kind: BrickKind):
    length, width = 20 * kind.long, 20 * kind.short
    walls = 24 * length * width - 20 * (length - 8) * (width - 8)
    tube = 20 * (polygon(8) - polygon(6)) if kind.short == 2 else 20 * polygon(4)
    expected = walls + kind.short * kind.long * 4 * polygon(6) + (kind.long - 1) * tube
    assert expected > 0
    assert volume(triangles(closed(kind))) == pytest.approx(expected, rel=1e-4)


def test_a_polygon_is_close_to_its_circle():
    assert polygon(6) == pytest.approx(math.pi * 36, rel=0.03)
    assert polygon(6) < math.pi * 36


def neighbours(faces: list[list[Point]]) -> dict[frozenset[Point], list[list[Point]]]:
    """The faces on both sides of every edge."""
    found: dict[frozenset[Point], list[list[Point]]] = {}
    for face in faces:
        for a, b in zip(face, face[1:] + face[:1], strict=True):
            found.setdefault(frozenset((a, b)), []).append(face)
    return found


def angle_between(one: list[Point], other: list[Point]) -> float:
    """Degrees between the normals of two faces."""
    normals = [np.cross(np.subtract(f[1], f[0]), np.subtract(f[2], f[0])) for f in (one, other)]
    cosine = normals[0] @ normals[1] / math.prod(map(np.linalg.norm, normals))
    return math.degrees(math.acos(min(1.0, max(-1.0, cosine))))


@every_kind
def test_every_edge_is_drawn_sharp_or_as_an_outline_and_none_twice(kind: BrickKind):
    drawing = drawing_of(kind)
    sharp = Counter(frozenset(edge) for edge in drawing.edges)
    outlines = Counter(frozenset(outline[:2]) for outline in drawing.outlines)
    assert set((sharp + outlines).values()) == {1}
    for edge, faces in neighbours(drawing.faces).items():
        if len(faces) == 1:  # where a stud meets the top there is a line, under the ceiling none
            assert (edge in sharp) == ({y for _, y, _ in edge} == {0.0})
            sharp.pop(edge, None)
            continue
        angle = angle_between(*faces)
        assert (edge in sharp) == (angle > 45), edge
        assert (edge in outlines) == (1 < angle < 45), edge
        sharp.pop(edge, None)
        outlines.pop(edge, None)
    assert not sharp
    assert not outlines


@every_kind
def test_outlines_lie_between_two_faces_of_a_round_wall(kind: BrickKind):
    drawing = drawing_of(kind)
    around = neighbours(drawing.faces)
    for a, b, left, right in drawing.outlines:
        faces = around[frozenset((a, b))]
        assert len(faces) == 2
        assert angle_between(*faces) == pytest.approx(360 / SIDES, abs=0.01)
        corners = [set(face) - {a, b} for face in faces]
        assert (left in corners[0] and right in corners[1]) or (
            right in corners[0] and left in corners[1]
        )


@pytest.mark.parametrize("name", sorted(FILES))
def test_a_file_says_what_it_is(name: str):
    lines = FILES[name].splitlines()
    kind = "Primitive" if name in PRIMITIVES else "Part"
    assert lines[1] == f"0 Name: {name}"
    assert lines[3] == f"0 !LDRAW_ORG Unofficial_{kind}"
    assert lines[4] == "0 BFC CERTIFY CCW"
    number = r"-?\d{1,3}(\.\d{1,4})?"
    drawn = re.compile(rf"[12345] (16|24)( {number}){{6,12}}( stud[34]?\.dat)?", re.ASCII)
    assert all(drawn.fullmatch(line) for line in lines[5:])


def test_bricks_use_the_tubes_or_pins_of_their_width():
    def uses(number: str) -> Counter[str]:
        return Counter(use.primitive for use in part(KIND_OF_PART[number]).uses)

    assert uses("3005") == {"stud.dat": 1}
    assert uses("3008") == {"stud.dat": 8, "stud3.dat": 7}
    assert uses("2456") == {"stud.dat": 12, "stud4.dat": 5}


@every_kind
def test_the_mesh_is_what_the_file_draws(kind: BrickKind):
    drawing = drawing_of(kind)
    assert mesh(kind).dtype == edges(kind).dtype == np.float32
    assert not mesh(kind).flags.writeable
    drawn = np.sort(np.array(triangles(drawing.faces), np.float32).reshape(-1, 9), axis=0)
    assert np.array_equal(np.sort(mesh(kind).reshape(-1, 9), axis=0), drawn)
    lines = np.sort(np.array(drawing.edges, np.float32).reshape(-1, 6), axis=0)
    assert np.array_equal(np.sort(edges(kind).reshape(-1, 6), axis=0), lines)


@every_kind
def test_the_mesh_that_is_not_hollow_is_a_box_with_studs(kind: BrickKind):
    plain = mesh(kind, hollow=False)
    studs = kind.short * kind.long
    # The open feet of the studs lie in the plane y = 0 and add nothing to the integral.
    full = 24 * 400 * studs + 4 * polygon(6) * studs
    assert volume(plain) == pytest.approx(full, rel=1e-4)
    assert plain.min(axis=(0, 1)).tolist() == mesh(kind).min(axis=(0, 1)).tolist()
    assert plain.max(axis=(0, 1)).tolist() == mesh(kind).max(axis=(0, 1)).tolist()
    assert len(edges(kind, hollow=False)) == 12 + studs * 2 * SIDES
