"""A model in 3-D that can be turned, cut, coloured and picked from. The one file on pythreejs.

The picture of `legolab.rendering` stands in while the 3-D view loads, and for good where the
browser has no WebGL; then it also follows the steps.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

import ipywidgets
import numpy as np
import pythreejs as three
from numpy.typing import NDArray

from legolab.bricks.structure import BrickStructure
from legolab.errors import InputError
from legolab.rendering.preview import png_bytes
from legolab.stability.report import StabilityReport, Verdict
from legolab.widgets import shaders
from legolab.widgets.colouring import Colors, Colouring, brick_colors, edge_colors
from legolab.widgets.geometry import STUD, Positions, Shape, bounds, build_shape
from legolab.widgets.style import style_text

SIZE = (760, 560)
"""Pixels the view is drawn with; it is shown as wide as its place is."""

PICTURE_SIZE = 640
"""Pixels along a side of the picture that stands in."""

_EYE = np.array([0.50, 0.47, 0.78])
_FIELD = 26.0  # degrees from the lower to the upper edge
_ROOM = 1.10  # of the distance at which the model would just fit
_REFIT = 1.15  # a growing model is seen from further away once it is so much larger
_SAME_PLACE = 0.15  # studs between pressing and letting go that still are one click
_ALL = 1e9
_LARGEST_INT16 = 32_767

PickCallback = Callable[[int | None], None]

_PROBE = """<img src="data:," alt="" style="display:none" onerror="
(function look(image, tries) {
  var view = image.closest('.ll-viewer');
  var field = view && view.querySelector('.ll-probe input');
  if (!field) { if (tries) setTimeout(look, 100, image, tries - 1); return; }
  var canvas = document.createElement('canvas'), found = false;
  try { found = !!(canvas.getContext('webgl2') || canvas.getContext('webgl')); } catch (e) {}
  field.value = found ? 'yes' : 'no';
  field.dispatchEvent(new Event('input', { bubbles: true }));
  field.dispatchEvent(new Event('change', { bubbles: true }));
})(this, 100)">"""
"""No widget tells Python what the browser can do; an image that fails to load may run a line."""


class Viewer(ipywidgets.Box):
    """A model to look at from all sides.

    Bricks count from 0, as in `structure`.
    """

    children: tuple[ipywidgets.Widget, ...]

    def __init__(
        self, structure: BrickStructure | None = None, report: StabilityReport | None = None
    ) -> None:
        """Set up, empty or with a structure."""
        self._structure: BrickStructure = BrickStructure([])
        self._report: StabilityReport | None = None
        self._colouring = Colouring.BRICK
        self._paint: Colors | None = None
        self._callbacks: list[PickCallback] = []
        self._stage: _Stage | None = None
        self._state = {
            "shown": _ALL,
            "lowest": -1.0,
            "highest": _ALL,
            "fresh": -1.0,
            "picked": -1.0,
        }
        self._webgl: bool | None = None
        self._picture = ipywidgets.Image(format="png")
        self._picture.add_class("ll-picture")
        self._note = ipywidgets.HTML(
            "This browser has no WebGL, so the model is shown as a picture that follows the steps."
        )
        self._note.add_class("ll-no-webgl")
        self._probe = ipywidgets.Text()
        self._probe.add_class("ll-probe")
        self._probe.observe(lambda change: self._learn(change["new"]), "value")
        look = ipywidgets.HTML(f"<style>{style_text('viewer.css')}</style>{_PROBE}")
        look.add_class("ll-look")
        super().__init__([self._picture, self._probe, look])
        self.add_class("ll-viewer")
        if structure is not None:
            self.show(structure, report)

    @property
    def structure(self) -> BrickStructure:
        """What is shown."""
        return self._structure

    @property
    def report(self) -> StabilityReport | None:
        """What is known of its stability."""
        return self._report

    @property
    def webgl(self) -> bool | None:
        """Whether the browser draws in 3-D; None until one has said so."""
        return self._webgl

    def show(self, structure: BrickStructure, report: StabilityReport | None = None) -> None:
        """Show a structure, all of it; failing bricks are hatched in red where a report says so."""
        self._structure, self._report, self._paint = structure, report, None
        self._state |= {"shown": _ALL, "lowest": -1.0, "highest": _ALL, "fresh": -1.0, "picked": -1}
        if report is None and self._colouring is Colouring.SCORE:
            self._colouring = Colouring.BRICK
        self._draw_picture()
        if self._webgl is False:
            return
        if len(structure) or self._stage:
            stage = self._open_stage()
            stage.set(self._on_stage())
            stage.replace(structure, self._colors(), self._failing())

    def grow(self, structure: BrickStructure) -> None:
        """Show a structure that is being built: what it has in common with the one before stays."""
        before, self._structure, self._report = self._structure, structure, None
        if not len(structure):
            return
        if self._webgl is False:
            self._draw_picture()
            return
        stage = self._open_stage()
        common = _common_start(before, structure)
        if common < len(before) or stage.whole or not common:
            self._state |= {"shown": _ALL, "fresh": -1.0, "picked": -1.0}
            stage.set(self._on_stage())
            stage.replace(structure, self._colors(), self._failing(), growing=True)
        elif common < len(structure):
            stage.append(structure, common, self._colors())

    @property
    def steps(self) -> int:
        """How many bricks are shown, in building order; all of them at first."""
        return int(min(self._state["shown"], len(self._structure)))

    @steps.setter
    def steps(self, count: int) -> None:
        self._change(shown=float(max(0, min(count, len(self._structure)))))

    @property
    def fresh(self) -> int | None:
        """The first of the bricks that are new: those before it stand back. None: no brick does."""
        return None if self._state["fresh"] < 0 else int(self._state["fresh"])

    @fresh.setter
    def fresh(self, brick: int | None) -> None:
        self._change(fresh=-1.0 if brick is None else float(brick))

    @property
    def layer(self) -> tuple[int, int] | None:
        """Lowest and highest layer that are shown; None: all."""
        if self._state["lowest"] < 0:
            return None
        return int(self._state["lowest"]), int(self._state["highest"])

    @layer.setter
    def layer(self, layers: tuple[int, int] | None) -> None:
        lowest, highest = (-1.0, _ALL) if layers is None else layers
        self._change(lowest=float(lowest), highest=float(highest))

    @property
    def colouring(self) -> Colouring:
        """What the colours mean; InputError when set to scores that nobody worked out."""
        return self._colouring

    @colouring.setter
    def colouring(self, colouring: Colouring) -> None:
        before, self._colouring, self._paint = self._colouring, colouring, None
        try:
            self._recolor(self._colors())
        except InputError:
            self._colouring = before
            raise
        if self._stage is not None:
            self._stage.set(self._on_stage())

    def paint(self, colors: Colors) -> None:
        """Give every brick a colour of its own until the next `show` or `colouring`.

        Args:
            colors: uint8 [bricks, 3].
        """
        self._paint = colors
        self._recolor(colors)

    @property
    def picked(self) -> int | None:
        """The brick that stands out; setting it does not call who listens to picks."""
        return None if self._state["picked"] < 0 else int(self._state["picked"])

    @picked.setter
    def picked(self, brick: int | None) -> None:
        self._change(picked=-1.0 if brick is None else float(brick))

    def on_pick(self, callback: PickCallback) -> None:
        """Call with the number of the brick a person clicks, None for a click beside the model."""
        self._callbacks.append(callback)

    def is_shown(self, brick: int) -> bool:
        """Whether a brick is among the steps and layers shown."""
        state, z = self._state, self._structure[brick].z
        return brick < state["shown"] and state["lowest"] <= z <= state["highest"]

    def _on_stage(self) -> dict[str, float]:
        """The state as it is drawn: a picked brick that is hidden leaves the others as they are."""
        hidden = self.picked is not None and not self.is_shown(self.picked)
        drawn = self._state | {"by_score": float(self._colouring is Colouring.SCORE)}
        return drawn | {"picked": -1.0} if hidden else drawn

    def _change(self, **state: float) -> None:
        """Take over what differs; the GPU gets a few numbers, the picture is drawn anew."""
        if all(self._state[name] == value for name, value in state.items()):
            return
        self._state |= state
        if self._stage is not None:
            self._stage.set(self._on_stage())
        if self._webgl is False and state.keys() & {"shown", "lowest", "highest"}:
            self._draw_picture()

    def _colors(self) -> Colors:
        if self._paint is not None:
            return self._paint
        scores = None if self._report is None else self._report.scores
        return brick_colors(self._structure, self._colouring, scores)

    def _recolor(self, colors: Colors) -> None:
        if self._stage is not None:
            self._stage.recolor(colors)
        if self._webgl is False:
            self._draw_picture()

    def _failing(self) -> NDArray[np.bool_]:
        report = self._report
        if report is None or report.verdict is not Verdict.UNSTABLE:
            return np.zeros(len(self._structure), np.bool_)
        failing: NDArray[np.bool_] = report.scores >= 1
        return failing

    def _draw_picture(self) -> None:
        """The picture that stands in, unless the browser is known to need none."""
        if self._webgl:
            return
        kept = [n for n in range(len(self._structure)) if self.is_shown(n)]
        if not kept:
            self._picture.value = b""
            return
        colors = [0x2000000 | r << 16 | g << 8 | b for r, g, b in self._colors()[kept].tolist()]
        shown = BrickStructure([self._structure[n] for n in kept], self._structure.world, colors)
        failing = np.flatnonzero(self._failing()[kept]).tolist()
        self._picture.value = png_bytes(shown, PICTURE_SIZE, failing=failing)

    def _learn(self, answer: str) -> None:
        """A browser said whether it draws in 3-D."""
        self._webgl = answer == "yes"
        if not self._webgl and self._note not in self.children:
            gone = None if self._stage is None else self._stage.widget
            self.children = (self._note, *(c for c in self.children if c is not gone))
            self._stage = None
            self._draw_picture()

    def _open_stage(self) -> _Stage:
        if self._stage is None:
            self._stage = _Stage(self._clicked)
            self.children = (*self.children, self._stage.widget)
        return self._stage

    def _clicked(self, hits: Sequence[int]) -> None:
        """A person clicked; `hits` are the bricks under the pointer, the nearest first."""
        found = next((brick for brick in hits if self.is_shown(brick)), None)
        self.picked = found
        for callback in self._callbacks:
            callback(found)


@dataclass(frozen=True, eq=False)
class _Chunk:
    """Some bricks on the stage: what is drawn, and whose corners these are."""

    brick: NDArray[np.int64]  # of each triangle
    line_brick: NDArray[np.int64]
    faces: three.Mesh
    edges: three.LineSegments

    def close(self) -> None:
        """Take it from the browser's memory too."""
        for drawn in (self.faces, self.edges):
            for attribute in drawn.geometry.attributes.values():
                attribute.close()
            drawn.geometry.close()
            drawn.close()


class _Stage:
    """Scene, camera and canvas."""

    def __init__(self, clicked: Callable[[Sequence[int]], None]) -> None:
        self._clicked = clicked
        self._chunks: list[_Chunk] = []
        self._radius = 0.0
        self.whole = False  # all bricks are one chunk that is complete
        names = ("shown", "lowest", "highest", "fresh", "picked", "by_score")
        uniforms = {name: {"value": 0.0} for name in names}
        self._materials = (
            three.ShaderMaterial(
                vertexShader=shaders.FACES_VERTEX,
                fragmentShader=shaders.FACES_FRAGMENT,
                uniforms=uniforms,
                vertexColors="VertexColors",
                polygonOffset=True,  # lines lie on faces
                polygonOffsetFactor=1.0,
                polygonOffsetUnits=1.0,
            ),
            three.ShaderMaterial(
                vertexShader=shaders.EDGES_VERTEX,
                fragmentShader=shaders.EDGES_FRAGMENT,
                uniforms=uniforms,
                vertexColors="VertexColors",
            ),
        )
        scale = [1 / STUD] * 3
        self._faces = three.Group(scale=scale)
        self._edges = three.Group(scale=scale)
        width, height = SIZE
        self._camera = three.PerspectiveCamera(
            position=(100 * _EYE).tolist(), fov=_FIELD, aspect=width / height, near=0.5, far=4000
        )
        self._down = three.Picker(controlling=self._faces, event="mousedown")
        self._click = three.Picker(controlling=self._faces, event="click", all=True)
        self._click.observe(self._picked, "picked")
        orbit = three.OrbitControls(controlling=self._camera)
        self.widget = three.Renderer(
            scene=three.Scene(children=[self._faces, self._edges], background=None),
            camera=self._camera,
            controls=[orbit, self._down, self._click],
            width=width,
            height=height,
            antialias=True,
            alpha=True,
            clearOpacity=0.0,
            background_opacity=0.0,
        )
        self.widget.add_class("ll-canvas")

    def set(self, state: dict[str, float]) -> None:
        """What is shown of the bricks, see `shaders`."""
        for material in self._materials:
            material.uniforms = {name: {"value": float(value)} for name, value in state.items()}

    def replace(
        self,
        structure: BrickStructure,
        colors: Colors,
        failing: NDArray[np.bool_],
        growing: bool = False,
    ) -> None:
        """Put other bricks on the stage, and move the camera to where it sees all of them."""
        former = self._chunks
        self._chunks = []
        if len(structure):
            self._frame(structure, refit=True)
            self._chunks.append(_chunk(structure, 0, colors, failing, self._materials))
        self._put()
        self.whole = not growing
        for chunk in former:
            chunk.close()

    def append(self, structure: BrickStructure, first: int, colors: Colors) -> None:
        """Add the bricks from number `first` on."""
        self._frame(structure, refit=False)
        nothing = np.zeros(len(structure), np.bool_)
        self._chunks.append(_chunk(structure, first, colors, nothing, self._materials))
        self._put()

    def recolor(self, colors: Colors) -> None:
        """Send other colours for the same bricks."""
        lines = edge_colors(colors)
        for chunk in self._chunks:
            corners, ends = np.repeat(chunk.brick, 3), np.repeat(chunk.line_brick, 2)
            chunk.faces.geometry.attributes["color"].array = colors[corners]
            chunk.edges.geometry.attributes["color"].array = lines[ends]

    def _put(self) -> None:
        self._faces.children = [chunk.faces for chunk in self._chunks]
        self._edges.children = [chunk.edges for chunk in self._chunks]

    def _frame(self, structure: BrickStructure, refit: bool) -> None:
        """Centre the bricks, and keep the direction from which a person looks."""
        middle, size = bounds(structure)
        radius = float(np.linalg.norm(size)) / 2
        for group in (self._faces, self._edges):
            group.position = (-middle / STUD).tolist()
        if not refit and radius <= _REFIT * self._radius:
            return
        self._radius = radius
        eye = np.array(self._camera.position)
        towards = eye / np.linalg.norm(eye)
        self._camera.position = (towards * _distance(size / STUD, towards)).tolist()

    def _picked(self, change: dict[str, object]) -> None:
        """A click came in; the end of a turn is none: it does not let go where it pressed."""
        if not self.whole or not self._chunks:
            return
        hits = self._click.picked
        if not hits:
            if self._down.faceIndex is None:
                self._clicked([])
            return
        moved = np.subtract(hits[0]["point"], self._down.point)
        if self._down.faceIndex is None or np.linalg.norm(moved) > _SAME_PLACE:
            return
        brick = self._chunks[0].brick
        self._clicked([int(brick[hit["faceIndex"]]) for hit in hits])


def _chunk(
    structure: BrickStructure,
    first: int,
    colors: Colors,
    failing: NDArray[np.bool_],
    materials: tuple[three.ShaderMaterial, three.ShaderMaterial],
) -> _Chunk:
    """The bricks from number `first` on, ready to be drawn."""
    shape: Shape = build_shape(structure[first:], first)
    layers = np.array([brick.z for brick in structure])
    places = np.stack([np.arange(len(structure)), layers, failing], axis=1)
    corners, ends = np.repeat(shape.brick, 3), np.repeat(shape.line_brick, 2)
    faces = {
        "position": _attribute(_compact(shape.points)),
        "normal": _attribute(shape.normals, normalized=True),
        "color": _attribute(colors[corners], normalized=True),
        "place": _attribute(places[corners].astype(np.float32)),
    }
    edges = {
        "position": _attribute(_compact(shape.lines)),
        "color": _attribute(edge_colors(colors)[ends], normalized=True),
        "place": _attribute(places[ends].astype(np.float32)),
    }
    return _Chunk(
        shape.brick,
        shape.line_brick,
        three.Mesh(three.BufferGeometry(attributes=faces), materials[0], frustumCulled=False),
        three.LineSegments(
            three.BufferGeometry(attributes=edges), materials[1], frustumCulled=False
        ),
    )


def _distance(size: Positions, towards: Positions) -> float:
    """How far away a box of that size, in studs, is seen whole.

    Across there is room for it however it is turned, upwards for how it stands now.
    """
    up = np.tan(np.radians(_FIELD / 2))
    across = np.arctan(up * SIZE[0] / SIZE[1])
    signs = np.array([[x, y, z] for x in (-1, 1) for y in (-1, 1) for z in (-1, 1)])
    corners = signs * size / 2
    near = corners @ towards
    right = np.cross([0.0, 1.0, 0.0], towards)
    height = corners @ np.cross(towards, right / max(float(np.linalg.norm(right)), 1e-9))
    turned = float(np.linalg.norm(size)) / 2 / np.sin(across)
    return _ROOM * float(max(turned, (np.abs(height) / up + near).max()))


def _attribute(array: NDArray[np.generic], normalized: bool = False) -> three.BufferAttribute:
    return three.BufferAttribute(array=np.ascontiguousarray(array), normalized=normalized)


def _compact(points: Positions) -> NDArray[np.generic]:
    """Positions in as few bytes as hold them."""
    small = np.abs(points).max(initial=0) <= _LARGEST_INT16
    return points.astype(np.int16 if small else np.float32)


def _common_start(one: BrickStructure, other: BrickStructure) -> int:
    """How many bricks two structures have in common from the start."""
    pairs = zip(one, other, strict=False)
    return next((n for n, (a, b) in enumerate(pairs) if a != b), min(len(one), len(other)))
