"""What the embedded model knows: categories, what can be said of them, and the words for it.

A category has nouns (some of which say more: a stool is a chair without a back) and fields in a
fixed order. A field is a choice among words, or a measure in studs or layers with words for parts
of its range, or a detail: a measure without words that helps to decide the shape, so that a
complete description leaves little of it open. Captions are written from this table and read by it.
Knows nothing of bricks.

Phrases are separated by `|`; one that starts with `^` goes before the noun (`^tall`: "a tall
tower"), the others after it ("a tower with battlements").
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace

Value = str | int
"""What a field holds in a complete description: a word of a choice, or a measure."""


@dataclass(frozen=True)
class Choice:
    """A field whose value is one of a few words."""

    name: str
    words: Mapping[str, str]  # value -> phrases

    def phrases(self, value: Value) -> tuple[str, ...]:
        """The ways to say that the field has this value; empty when nobody would say it."""
        return _split(self.words[str(value)])


@dataclass(frozen=True)
class Span:
    """Part of a measure's range, both ends included, and the words for it."""

    low: int
    high: int
    words: str


@dataclass(frozen=True)
class Measure:
    """A field whose value is a number of studs (or layers, upwards)."""

    name: str
    spans: tuple[Span, ...] = ()

    def phrases(self, value: Value) -> tuple[str, ...]:
        """The ways to say that the measure lies where it does; empty in the middle."""
        return tuple(
            phrase
            for span in self.spans
            if span.low <= int(value) <= span.high
            for phrase in _split(span.words)
        )


class Detail(Measure):
    """A measure that helps to decide the shape, which nobody speaks of and words cannot change."""


Field = Choice | Measure


@dataclass(frozen=True)
class Category:
    """A subject the model has learned."""

    name: str
    nouns: Mapping[str, Mapping[str, str]]  # noun -> what it already says
    fields: tuple[Field, ...]
    typical: Mapping[str, str] = field(default_factory=dict)  # what people picture, said or not
    long: str = "width"  # which measure "long" speaks of
    drives: bool = False  # whether "wide" is across the way it goes

    def field(self, name: str) -> Field:
        """The field of that name; KeyError when there is none."""
        for known in self.fields:
            if known.name == name:
                return known
        raise KeyError(name)


def _split(phrases: str) -> tuple[str, ...]:
    return tuple(phrases.split("|")) if phrases else ()


def _height(low: int, high: int) -> Measure:
    """Height in layers: `low` and less is low, `high` and more is tall."""
    return Measure(
        "height",
        (
            Span(1, low, "^low|^short|a low height|a short height"),
            Span(high, 20, "^tall|^high|a tall height"),
        ),
    )


def _width(low: int, high: int) -> Measure:
    """Width in studs: `low` and less is narrow, `high` and more is wide."""
    return Measure(
        "width",
        (
            Span(1, low, "^narrow|^small|a narrow frame"),
            Span(high, 20, "^wide|^large|a wide frame"),
        ),
    )


def _long(low: int, high: int, noun: str) -> Measure:
    """Width in studs of things that are called long or short, and of what of them is."""
    return Measure(
        "width",
        (
            Span(1, low, f"^short|^small|^compact|a short {noun}"),
            Span(high, 20, f"^long|^elongated|^large|a long {noun}"),
        ),
    )


_DEPTH = Measure("depth")
_YES_NO_ARMS = Choice(
    "arms",
    {
        "two": "armrests|two armrests|two arms|arm rests|arms",
        "none": "no armrests|no arms|^armless",
    },
)
_PLAN = Choice(
    "shape",
    {
        "round": "^round|a round body|a cylindrical body|a circular base",
        "square": "^square|a square body|square walls|a square base",
    },
)

_FURNITURE = (
    Category(
        "chair",
        {
            "chair": {},
            "seat": {},
            "dining chair": {},
            "armchair": {"arms": "two"},
            "arm chair": {"arms": "two"},
            "easy chair": {"arms": "two"},
            "stool": {"back": "none"},
            "bar stool": {"back": "none"},
            "footstool": {"back": "none"},
        },
        (
            Choice(
                "back",
                {
                    "high": "a high back|a tall backrest|a high backrest|a tall back|a backrest"
                    "|a back",
                    "low": "a low back|a short backrest|a low backrest|a short back",
                    "none": "no back|no backrest|^backless",
                },
            ),
            Choice(
                "slats",
                {"yes": "a slatted back|a backrest with slats|vertical slats", "none": ""},
            ),
            Choice(
                "legs",
                {
                    "four": "four legs|four straight legs|four corner legs",
                    "pedestal": "a central pedestal|a single central leg|one central leg"
                    "|a pedestal|a pedestal base|one leg|a single leg",
                    "solid": "a solid base|a block base",
                },
            ),
            Choice("thickness", {"thin": "thin legs|slim legs", "thick": "thick legs|sturdy legs"}),
            _YES_NO_ARMS,
            Measure(
                "seat",
                (
                    Span(1, 4, "short legs|low legs|a low seat"),
                    Span(7, 12, "long legs|tall legs|a high seat"),
                ),
            ),
            _width(5, 8),
            _DEPTH,
            _height(8, 15),
        ),
    ),
    Category(
        "table",
        {
            "table": {},
            "dining table": {},
            "side table": {},
            "kitchen table": {},
            "desk": {"top": "long"},
            "writing desk": {"top": "long"},
            "round table": {"top": "round"},
        },
        (
            Choice(
                "top",
                {
                    "round": "^round|a round top|a circular top|a circular surface",
                    "square": "^square|a square top",
                    "long": "^rectangular|a long top|a rectangular top|a flat rectangular surface",
                },
            ),
            Choice(
                "legs",
                {
                    "four": "four legs|four evenly spaced legs|four straight legs",
                    "pedestal": "a central pedestal|a single central leg|one central leg"
                    "|a pedestal base|a pedestal|one leg|a single leg",
                    "panels": "two side panels|panel legs|two panel legs|two legs|side panels",
                },
            ),
            Choice("thickness", {"thin": "thin legs|slim legs", "thick": "thick legs|sturdy legs"}),
            Choice(
                "shelf",
                {
                    "yes": "a lower shelf|a shelf underneath|a shelf below the top",
                    "none": "no lower shelf|no shelf",
                },
            ),
            Detail("inset"),
            Detail("slab"),
            Measure("width", (Span(1, 8, "^small|^compact"), Span(15, 20, "^long|^large|^wide"))),
            _DEPTH,
            Measure(
                "height",
                (
                    Span(1, 6, "^low|short legs|a low height|^coffee"),
                    Span(10, 20, "^tall|^high|tall legs|long legs|a tall height"),
                ),
            ),
        ),
    ),
    Category(
        "sofa",
        {
            "sofa": {},
            "couch": {},
            "settee": {},
            "corner sofa": {"corner": "yes"},
            "corner couch": {"corner": "yes"},
        },
        (
            Choice(
                "back",
                {
                    "high": "a high back|a tall backrest|a tall back",
                    "low": "a low back|a short backrest|a low backrest",
                },
            ),
            Choice(
                "arms",
                {
                    "thick": "thick armrests|wide arms|thick arms|armrests|two armrests|arms",
                    "thin": "thin armrests|slim arms|narrow armrests",
                    "none": "no armrests|no arms|^armless",
                },
            ),
            Choice(
                "feet", {"yes": "short feet|four short legs|small feet|short legs|legs", "none": ""}
            ),
            Choice(
                "corner",
                {"yes": "^L-shaped|an L-shaped seat|an extended side|a corner section", "none": ""},
            ),
            Measure("seat"),
            Measure(
                "width",
                (
                    Span(1, 12, "^small|^compact|^short|a short seat"),
                    Span(15, 20, "^long|^wide|^large|a long seat|a wide seat"),
                ),
            ),
            _DEPTH,
            Measure("height"),
        ),
    ),
    Category(
        "bed",
        {
            "bed": {"levels": "one"},
            "cot": {"levels": "one"},
            "bunk bed": {"levels": "two"},
            "bunk beds": {"levels": "two"},
            "bunkbed": {"levels": "two"},
            "two-level bed": {"levels": "two"},
        },
        (
            Choice("levels", {"one": "", "two": "two levels|two bunks"}),
            Choice(
                "headboard",
                {
                    "tall": "a tall headboard|a high headboard|a straight headboard|a headboard",
                    "low": "a low headboard|a short headboard",
                    "none": "no headboard",
                },
            ),
            Choice("footboard", {"yes": "a footboard|a low footboard", "none": "no footboard"}),
            Choice(
                "legs",
                {
                    "four": "short legs|four legs|four short legs|legs",
                    "none": "a solid base|a box base|a rectangular base|no legs",
                },
            ),
            Choice(
                "pillows", {"one": "one pillow|a pillow", "two": "two pillows|pillows", "none": ""}
            ),
            Detail("mattress"),
            Measure(
                "width",
                (
                    Span(1, 8, "^single|^narrow|^small|a narrow mattress"),
                    Span(11, 20, "^double|^wide|^large|^king size|a wide mattress"),
                ),
            ),
            Measure("depth", (Span(16, 20, "^long"), Span(1, 12, "^short"))),
            Measure("height"),
        ),
        long="depth",
    ),
    Category(
        "bench",
        {"bench": {}, "park bench": {"back": "yes"}, "garden bench": {"back": "yes"}},
        (
            Choice(
                "back",
                {
                    "yes": "a backrest|a back|a straight backrest|a high back|a low back",
                    "none": "no back|no backrest|^backless",
                },
            ),
            Choice(
                "legs",
                {
                    "four": "four legs|four straight legs",
                    "panels": "two side panels|two panel legs|two supports|two legs|side panels",
                },
            ),
            _YES_NO_ARMS,
            Measure("seat", (Span(1, 4, "short legs|a low seat"), Span(6, 9, "long legs"))),
            Detail("leg"),
            Detail("inset"),
            _long(13, 16, "seat"),
            _DEPTH,
            Measure("height"),
        ),
    ),
    Category(
        "bookshelf",
        {
            "bookshelf": {},
            "bookcase": {},
            "book case": {},
            "shelf": {},
            "shelf unit": {},
            "rack": {},
        },
        (
            Choice(
                "shelves",
                {
                    "two": "two shelves|two tiers|two levels|two horizontal tiers",
                    "three": "three shelves|three tiers|three levels|three horizontal tiers",
                    "four": "four shelves|four tiers|four levels|four horizontal tiers",
                    "five": "five shelves|five tiers|five levels|five horizontal tiers",
                },
            ),
            Choice(
                "back",
                {
                    "closed": "a back panel|a closed back|a solid back",
                    "open": "an open back|no back panel|no back",
                },
            ),
            Choice(
                "divider",
                {
                    "yes": "a vertical divider|two columns|a center divider|a divider",
                    "none": "no divider",
                },
            ),
            Measure("plinth"),
            _width(8, 12),
            _DEPTH,
            _height(11, 17),
        ),
    ),
    Category(
        "piano",
        {
            "piano": {},
            "upright piano": {"kind": "upright"},
            "grand piano": {"kind": "grand"},
            "concert grand": {"kind": "grand"},
        },
        (
            Choice(
                "kind",
                {"upright": "^upright", "grand": "^grand|a curved body|three legs"},
            ),
            Choice(
                "lid",
                {"open": "an open lid|a raised lid", "closed": "a closed lid", "none": ""},
            ),
            Measure("keys"),
            Detail("reach"),
            Detail("case"),
            Measure(
                "width",
                (
                    Span(1, 10, "^small|^narrow|a narrow keyboard"),
                    Span(13, 20, "^wide|a wide keyboard"),
                ),
            ),
            _DEPTH,
            _height(9, 13),
        ),
    ),
)

_VEHICLES = (
    Category(
        "car",
        {
            "car": {},
            "automobile": {},
            "sedan": {"body": "sedan"},
            "van": {"body": "van"},
            "minivan": {"body": "van"},
            "delivery van": {"body": "van"},
            "pickup": {"body": "pickup"},
            "pickup truck": {"body": "pickup"},
            "truck": {"body": "pickup"},
            "sports car": {"body": "sports"},
            "race car": {"body": "sports"},
        },
        (
            Choice(
                "body",
                {
                    "sedan": "",
                    "van": "a tall boxy body|a boxy body",
                    "pickup": "an open bed|a cargo bed|an open cargo bed",
                    "sports": "a low flat body|a flat body",
                },
            ),
            Choice("wheels", {"large": "large wheels|big wheels", "small": "small wheels"}),
            Choice(
                "spoiler",
                {"yes": "a rear spoiler|a spoiler|a wing at the back", "none": "no spoiler"},
            ),
            Detail("bonnet"),
            Detail("cab"),
            _long(13, 16, "body"),
            _DEPTH,
            Measure("height"),
        ),
        drives=True,
    ),
    Category(
        "bus",
        {
            "bus": {},
            "coach": {"decks": "one"},
            "city bus": {},
            "passenger bus": {},
            "double-decker bus": {"decks": "two"},
            "double-decker": {"decks": "two"},
            "two-storey bus": {"decks": "two"},
            "single-decker bus": {"decks": "one"},
        },
        (
            Choice("decks", {"one": "one deck", "two": "two decks|an upper deck"}),
            Choice(
                "windows",
                {
                    "yes": "many windows|a row of windows|side windows|rows of windows|windows",
                    "none": "no windows|plain sides",
                },
            ),
            Choice("wheels", {"four": "four wheels", "six": "six wheels"}),
            Detail("front"),
            Detail("rear"),
            Detail("lower"),
            _long(13, 17, "body"),
            _DEPTH,
            Measure("height"),
        ),
        drives=True,
    ),
    Category(
        "train",
        {
            "train": {},
            "locomotive": {"carriages": "none"},
            "steam locomotive": {"carriages": "none"},
            "train engine": {"carriages": "none"},
            "steam engine": {"carriages": "none"},
            "steam train": {"chimney": "yes"},
        },
        (
            Choice(
                "carriages",
                {
                    "none": "no carriages",
                    "one": "one carriage|a carriage|one wagon|a wagon|one coach|a single carriage",
                    "two": "two carriages|two wagons|two coaches|two cars|carriages|wagons",
                },
            ),
            Choice(
                "chimney",
                {"yes": "a chimney|a smokestack|a tall chimney", "none": "no chimney"},
            ),
            Choice("cargo", {"open": "open wagons|an open wagon", "closed": "", "none": ""}),
            Measure("engine"),
            Detail("boiler"),
            Detail("cab"),
            Detail("wagon"),
            _long(14, 18, "body"),
            _DEPTH,
            Measure("height"),
        ),
        drives=True,
    ),
    Category(
        "vessel",
        {
            "vessel": {},
            "boat": {},
            "ship": {"kind": "cargo"},
            "sailboat": {"kind": "sail"},
            "sailing boat": {"kind": "sail"},
            "sailing ship": {"kind": "sail"},
            "yacht": {"kind": "sail"},
            "cargo ship": {"kind": "cargo"},
            "container ship": {"kind": "cargo"},
            "freighter": {"kind": "cargo"},
            "rowing boat": {"kind": "open"},
            "rowboat": {"kind": "open"},
            "dinghy": {"kind": "open"},
        },
        (
            Choice(
                "kind",
                {
                    "sail": "a tall mast|a mast|a mast and a sail|a sail|sails",
                    "cargo": "containers|cargo on deck",
                    "open": "a central recess|an open hull|an open top",
                },
            ),
            Choice(
                "cabin",
                {
                    "back": "a cabin at the back|a rear cabin|a cabin at the rear"
                    "|a cabin at the stern|a bridge at the stern",
                    "middle": "a central cabin|a cabin in the middle|a cabin",
                    "none": "no cabin",
                },
            ),
            Choice(
                "bow",
                {
                    "pointed": "a pointed bow|a sharp bow|a pointed front",
                    "square": "a square bow|a blunt bow",
                },
            ),
            Measure("hull"),
            _long(13, 17, "hull"),
            _DEPTH,
            Measure("height", (Span(14, 20, "^tall"),)),
        ),
        drives=True,
    ),
)

_THINGS = (
    Category(
        "guitar",
        {"guitar": {}, "acoustic guitar": {}, "electric guitar": {}},
        (
            Choice(
                "body",
                {
                    "round": "a round body|a rounded body",
                    "boxy": "a boxy body|a rectangular body",
                    "waisted": "a narrow waist|a figure-eight body|a waisted body|a curved body",
                },
            ),
            Choice(
                "head",
                {"wide": "a wide headstock|a broad headstock", "plain": "a slim headstock"},
            ),
            Measure(
                "neck",
                (Span(1, 6, "a short neck"), Span(8, 14, "a long neck|a long slim neck")),
            ),
            Measure(
                "width",
                (Span(1, 7, "^slim|^small|a slim body"), Span(9, 14, "^wide|^big|a wide body")),
            ),
            _DEPTH,
            Measure("height"),
        ),
    ),
    Category(
        "tower",
        {"tower": {}, "turret": {}, "tower block": {"top": "flat"}, "skyscraper": {"top": "flat"}},
        (
            Choice(
                "tiers",
                {
                    "one": "straight walls",
                    "two": "two tiers|two stacked levels|two stepped levels",
                    "three": "three tiers|three stacked levels|three stepped levels",
                    "four": "four tiers|four stacked levels|four stepped levels",
                },
            ),
            Choice(
                "top",
                {
                    "pointed": "a pointed top|a spire|a pointed roof",
                    "flat": "a flat top|a flat roof",
                    "battlements": "battlements|a crenellated top|crenellations|^crenellated",
                },
            ),
            Choice(
                "shape",
                {
                    "round": "^round|a round base|a circular plan",
                    "square": "^square|a square base|a square plan",
                },
            ),
            Detail("tier"),
            Detail("walls"),
            Measure(
                "width",
                (Span(1, 6, "^slim|^slender|^narrow"), Span(9, 14, "^wide|^broad|a wide base")),
            ),
            _DEPTH,
            Measure(
                "height", (Span(1, 13, "^short|^low|^small"), Span(17, 20, "^tall|^high|^large"))
            ),
        ),
    ),
    Category(
        "birdhouse",
        {"birdhouse": {}, "bird house": {}, "nesting box": {}, "bird box": {}},
        (
            Choice(
                "roof",
                {
                    "pitched": "a pitched roof|a gabled roof|a sloped roof|a sloping roof"
                    "|a slanted roof|a pointed roof|a steep roof",
                    "flat": "a flat roof|a flat top",
                },
            ),
            Choice(
                "hole",
                {
                    "yes": "a round hole|an entrance hole|a front opening|a hole in front|a hole",
                    "none": "no hole",
                },
            ),
            Choice(
                "pole",
                {
                    "yes": "a pole|a tall post|a post underneath|a pole below",
                    "none": "no pole",
                },
            ),
            Choice("perch", {"yes": "a perch|a small perch", "none": "no perch"}),
            Detail("wall"),
            Detail("post"),
            _width(8, 11),
            _DEPTH,
            _height(10, 15),
        ),
    ),
    Category(
        "camera",
        {"camera": {}, "photo camera": {}, "film camera": {}},
        (
            Choice(
                "lens",
                {
                    "long": "a long lens|a big lens|a large protruding lens|a long lens in front",
                    "short": "a short lens|a small lens|a flat lens",
                },
            ),
            Choice(
                "viewfinder",
                {
                    "yes": "a viewfinder on top|a flash on top|a raised viewfinder|a viewfinder",
                    "none": "a flat top|no viewfinder",
                },
            ),
            Choice("tripod", {"yes": "a tripod|a stand|a tripod stand", "none": "no tripod"}),
            Detail("case"),
            Detail("reach"),
            Detail("glass"),
            Measure(
                "width",
                (Span(1, 9, "^small|^compact|a compact body"), Span(12, 20, "^wide|a wide body")),
            ),
            _DEPTH,
            Measure("height"),
        ),
    ),
)

_CONTAINERS = (
    Category(
        "basket",
        {"basket": {}, "hamper": {"handle": "none"}, "fruit basket": {}, "woven basket": {}},
        (
            Choice(
                "handle",
                {
                    "yes": "a handle over the top|an arched handle|a tall handle|a handle",
                    "none": "no handle|no handles",
                },
            ),
            Choice(
                "shape",
                {
                    "round": "^round|a round shape|a circular body",
                    "square": "^rectangular|^square|a rectangular body",
                },
            ),
            Measure(
                "wall",
                (
                    Span(1, 4, "^shallow|shallow sides|low sides"),
                    Span(6, 12, "^deep|deep sides|tall sides"),
                ),
            ),
            _width(8, 12),
            _DEPTH,
            Measure("height"),
        ),
    ),
    Category(
        "bottle",
        {"bottle": {}, "flask": {}, "water bottle": {}, "wine bottle": {"neck": "long"}},
        (
            Choice(
                "neck",
                {"long": "a long neck|a tall neck|a long slim neck", "short": "a short neck"},
            ),
            _PLAN,
            Choice("cap", {"yes": "a cap|a stopper|a wide cap", "none": "no cap"}),
            Measure("body"),
            Detail("shoulder"),
            Measure(
                "width",
                (
                    Span(1, 5, "^slim|^small|a slim body|a narrow body"),
                    Span(7, 12, "^wide|^large|a wide body|a broad body"),
                ),
            ),
            _DEPTH,
            _height(12, 17),
        ),
    ),
    Category(
        "bowl",
        {"bowl": {}, "dish": {}, "basin": {}, "salad bowl": {}},
        (
            Choice("foot", {"yes": "a small foot|a foot|a base ring|a small base", "none": ""}),
            Choice(
                "shape",
                {"round": "^round|a round rim", "square": "^square|^rectangular|a square rim"},
            ),
            Detail("base"),
            Detail("steps"),
            Detail("rim"),
            Measure("width", (Span(1, 10, "^small"), Span(13, 20, "^wide|^large|a wide rim"))),
            _DEPTH,
            Measure(
                "height",
                (
                    Span(1, 5, "^shallow|^flat|low sides"),
                    Span(7, 14, "^deep|deep sides|high sides"),
                ),
            ),
        ),
    ),
    Category(
        "jar",
        {"jar": {}, "canister": {}, "storage jar": {}, "cookie jar": {"lid": "yes"}},
        (
            Choice(
                "lid",
                {"yes": "a lid|a cover|a lid with a knob", "none": "no lid|an open top"},
            ),
            _PLAN,
            Measure("body"),
            Detail("shoulder"),
            _width(7, 9),
            _DEPTH,
            Measure(
                "height",
                (Span(1, 9, "^short|^squat|a low body"), Span(13, 20, "^tall|^deep|tall sides")),
            ),
        ),
    ),
    Category(
        "mug",
        {"mug": {}, "cup": {}, "coffee mug": {}, "coffee cup": {}, "tea cup": {}, "teacup": {}},
        (
            Choice(
                "handle",
                {
                    "big": "a big handle|a large handle|a large side handle|one handle|a handle",
                    "small": "a small handle|a small side handle",
                    "none": "no handle|no handles|a plain side without a handle",
                },
            ),
            _PLAN,
            Detail("wall"),
            Detail("grip"),
            Measure("width"),
            Measure("depth", (Span(1, 7, "^narrow|^slim|^small"), Span(9, 14, "^wide|^large"))),
            _height(7, 10),
        ),
    ),
    Category(
        "pot",
        {
            "pot": {},
            "flower pot": {"kind": "flower"},
            "plant pot": {"kind": "flower"},
            "flowerpot": {"kind": "flower"},
            "planter": {"kind": "flower"},
            "cooking pot": {"kind": "cooking"},
            "saucepan": {"kind": "cooking"},
            "casserole": {"kind": "cooking"},
        },
        (
            Choice(
                "kind",
                {
                    "flower": "a wider top|a tapered body|sloping sides|a flared rim",
                    "cooking": "straight walls|straight sides",
                },
            ),
            Choice(
                "handles",
                {"two": "two handles|two side handles|handles", "none": "no handles|no handle"},
            ),
            Choice("lid", {"yes": "a lid|a cover", "none": "an open top|no lid"}),
            Detail("waist"),
            Measure("width", (Span(1, 9, "^small"), Span(13, 20, "^large"))),
            _DEPTH,
            Measure("height", (Span(1, 7, "^short|^low|^shallow"), Span(10, 20, "^tall|^deep"))),
        ),
    ),
)

_TYPICAL: Mapping[str, Mapping[str, str]] = {
    "basket": {"handle": "yes"},
    "bed": {"headboard": "tall", "legs": "four"},
    "bench": {"back": "yes", "legs": "four"},
    "birdhouse": {"roof": "pitched", "hole": "yes"},
    "bookshelf": {"back": "closed", "divider": "none"},
    "bottle": {"neck": "long", "cap": "none", "shape": "round"},
    "bowl": {"shape": "round"},
    "bus": {"windows": "yes"},
    "camera": {"viewfinder": "yes", "tripod": "none"},
    "car": {"body": "sedan"},
    "chair": {"back": "high", "legs": "four", "slats": "none"},
    "guitar": {"head": "wide"},
    "jar": {"lid": "yes", "shape": "round"},
    "mug": {"handle": "big", "shape": "round"},
    "pot": {"handles": "two"},
    "sofa": {"arms": "thick", "corner": "none"},
    "table": {"legs": "four", "shelf": "none"},
    "tower": {"top": "battlements"},
    "train": {"chimney": "yes"},
    "vessel": {"bow": "pointed"},
}

FOOTPRINT = ("west", "east", "south", "north")
"""Where the lowest layer begins and ends in x, and in y, in the frame of the model."""

LEVELS = ("first", "second", "third", "fourth", "fifth", "sixth")
"""The lowest layers that differ from the one below; the height where there are no more."""

CATEGORIES: Mapping[str, Category] = {
    category.name: replace(
        category,
        fields=(*category.fields, *map(Detail, (*FOOTPRINT, *LEVELS))),
        typical=_TYPICAL.get(category.name, {}),
    )
    for category in sorted(
        _FURNITURE + _VEHICLES + _THINGS + _CONTAINERS, key=lambda category: category.name
    )
}
"""The 21 categories of the published data, by name."""

ALIASES: Mapping[str, tuple[str, Mapping[str, str]]] = {
    "throne": ("chair", {"back": "high", "arms": "two"}),
    "wardrobe": ("bookshelf", {}),
    "cupboard": ("bookshelf", {}),
    "cabinet": ("bookshelf", {}),
    "lorry": ("car", {"body": "pickup"}),
    "taxi": ("car", {"body": "sedan"}),
    "motorbike": ("car", {}),
    "motorcycle": ("car", {}),
    "tram": ("train", {}),
    "railway": ("train", {}),
    "jeep": ("car", {}),
    "convertible": ("car", {"body": "sports"}),
    "limousine": ("car", {"body": "sedan"}),
    "station wagon": ("car", {"body": "sedan"}),
    "steamboat": ("vessel", {}),
    "steamship": ("vessel", {}),
    "loveseat": ("sofa", {}),
    "love seat": ("sofa", {}),
    "kettle": ("pot", {"kind": "cooking"}),
    "frying pan": ("pot", {"kind": "cooking"}),
    "castle": ("tower", {"top": "battlements"}),
    "lighthouse": ("tower", {"shape": "round"}),
    "chimney": ("tower", {"top": "flat"}),
    "violin": ("guitar", {}),
    "ukulele": ("guitar", {}),
    "cello": ("guitar", {}),
    "vase": ("jar", {"lid": "none"}),
    "urn": ("jar", {}),
    "bucket": ("basket", {"handle": "yes"}),
    "pail": ("basket", {"handle": "yes"}),
    "canoe": ("vessel", {"kind": "open"}),
    "ferry": ("vessel", {"kind": "cargo"}),
}
"""Words the model was never taught -> the category that comes nearest, and what it implies."""

PARTS: Mapping[str, tuple[str, ...]] = {
    "basket": (
        "handle",
        "rim",
    ),
    "bed": (
        "legs",
        "mattress",
        "headboard",
        "pillows",
    ),
    "bench": (
        "legs",
        "seat",
        "back",
        "arms",
    ),
    "birdhouse": (
        "roof",
        "pole",
    ),
    "bookshelf": (
        "back",
        "base",
    ),
    "bottle": (
        "neck",
        "cap",
    ),
    "bowl": (
        "rim",
        "foot",
    ),
    "bus": (
        "wheels",
        "roof",
    ),
    "camera": (
        "lens",
        "tripod",
    ),
    "car": (
        "wheels",
        "roof",
    ),
    "chair": (
        "legs",
        "seat",
        "back",
        "arms",
    ),
    "guitar": (
        "neck",
        "head",
    ),
    "jar": (
        "lid",
        "neck",
    ),
    "mug": (
        "handle",
        "rim",
    ),
    "piano": (
        "legs",
        "keys",
        "lid",
    ),
    "pot": (
        "handles",
        "lid",
        "rim",
    ),
    "sofa": (
        "seat",
        "back",
        "arms",
        "feet",
    ),
    "table": (
        "top",
        "legs",
    ),
    "tower": (
        "roof",
        "top",
    ),
    "train": (
        "wheels",
        "chimney",
        "carriages",
        "wagons",
    ),
    "vessel": (
        "hull",
        "mast",
        "sail",
        "cabin",
        "containers",
    ),
}
"""Category -> its parts that can have a colour of their own."""
