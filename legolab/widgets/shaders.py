"""The two small GPU programs of the viewer, as text: faces and edges of bricks.

What changes while a person looks around (steps, layers, the picked brick) is a handful of numbers;
the corners are sent once. `place` holds, for each corner, brick, layer and whether the brick fails.
"""

from __future__ import annotations

_SHOWN = """
attribute vec3 place;
uniform float shown;
uniform float lowest;
uniform float highest;
uniform float fresh;
uniform float picked;
varying vec3 paint;
varying float fails;
varying float is_old;
varying float is_picked;
varying float is_other;

vec4 placed(vec3 corner) {
    bool here = place.x < shown && place.y >= lowest && place.y <= highest;
    paint = color;
    fails = place.z;
    is_old = place.x < fresh ? 1.0 : 0.0;
    is_picked = abs(place.x - picked) < 0.5 ? 1.0 : 0.0;
    is_other = picked >= 0.0 ? 1.0 - is_picked : 0.0;
    return here ? projectionMatrix * modelViewMatrix * vec4(corner, 1.0) : vec4(2.0, 2.0, 2.0, 1.0);
}
"""

FACES_VERTEX = (
    _SHOWN
    + """
varying vec3 outwards;

void main() {
    outwards = normal;
    gl_Position = placed(position);
}
"""
)

_TONED = """
varying vec3 paint;
varying float fails;
varying float is_old;
varying float is_picked;
varying float is_other;
uniform float by_score;

const vec3 YELLOW = vec3(0.98, 0.78, 0.04);

vec3 toned(vec3 tone) {
    // A colour that is a score stays what it is, and so does yellow: there only the lines tell.
    float may_change = 1.0 - by_score;
    tone = mix(tone, vec3(0.80, 0.80, 0.78), 0.55 * is_old * may_change);
    tone = mix(tone, vec3(0.72, 0.73, 0.74), 0.40 * is_other * may_change);
    return mix(tone, YELLOW, 0.72 * is_picked * may_change);
}
"""

FACES_FRAGMENT = (
    _TONED
    + """
varying vec3 outwards;

void main() {
    vec3 facing = normalize(outwards);
    float sun = max(dot(facing, normalize(vec3(0.38, 0.80, 0.62))), 0.0);
    float sky = 0.5 + 0.5 * facing.y;
    vec3 tone = paint;
    if (fails > 0.5) {
        float stripe = mod(floor((gl_FragCoord.x + gl_FragCoord.y) / 5.0), 2.0);
        tone = mix(vec3(0.71, 0.0, 0.0), vec3(0.98, 0.92, 0.90), stripe);
    }
    gl_FragColor = vec4(toned(tone) * (0.52 + 0.22 * sky + 0.40 * sun), 1.0);
}
"""
)

EDGES_VERTEX = (
    _SHOWN
    + """
void main() {
    gl_Position = placed(position);
}
"""
)

EDGES_FRAGMENT = (
    _TONED
    + """
void main() {
    float faint = max(is_old, is_other);
    vec3 line = mix(paint, vec3(0.62, 0.62, 0.60), 0.75 * faint);
    vec3 outline = mix(vec3(0.11, 0.16, 0.20), YELLOW, by_score);
    gl_FragColor = vec4(mix(line, outline, is_picked), 1.0);
}
"""
)
