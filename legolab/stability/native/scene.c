#include "scene.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

enum { LONG, WIDE, LEFT, NEAR, LAYER, BOX }; /* h, w, x, y, z of a box */

/* A contact's studs in common, a bit for each kind: several along both axes, one along x, one along
y, one alone. */
enum { BOTH = 1, ONE_X = 2, ONE_Y = 4, ONE = 8 };
enum { ALL = BOTH | ONE_X | ONE_Y | ONE, LONG_X = BOTH | ONE_Y, LONG_Y = BOTH | ONE_X };

/* Points on every stud below a brick; the corners of the hull of those of a contact: point, stud at
the high end of x, of y, over what it is one; and along x and y, whether studs in the high half of
the brick have the mirror image. */
typedef struct {
    int points, corners;
    double point[4][2];
    int corner[11][4];
    int mirrored[2];
} Pattern;

static const Pattern THIN = {4, 8, {{0, -0.25}, {-0.25, 0}, {0, 0.25}, {0.25, 0}},
    {{0, 0, 0, ALL}, {0, 1, 0, LONG_X}, {1, 0, 0, ALL}, {1, 0, 1, LONG_Y},
     {2, 0, 1, ALL}, {2, 1, 1, LONG_X}, {3, 1, 0, ALL}, {3, 1, 1, LONG_Y}}, {0, 0}};
static const Pattern PUBLISHED = {3, 6, {{0.125, -0.125}, {-0.25, 0}, {0.125, 0.125}},
    {{0, 0, 0, ALL}, {0, 1, 0, LONG_X}, {1, 0, 0, ALL},
     {1, 0, 1, LONG_Y}, {2, 0, 1, ALL}, {2, 1, 1, LONG_X}}, {0, 0}};
static const Pattern ALONG_Y = {3, 8, {{0.125, -0.125}, {-0.25, 0}, {0.125, 0.125}},
    {{0, 0, 0, ALL}, {0, 1, 0, LONG_X}, {1, 0, 0, ALL}, {1, 0, 1, LONG_Y},
     {2, 0, 1, ALL}, {2, 1, 1, LONG_X}, {1, 1, 0, LONG_X}, {1, 1, 1, BOTH}}, {1, 0}};
static const Pattern ALONG_X = {3, 8, {{-0.125, 0.125}, {0, -0.25}, {0.125, 0.125}},
    {{0, 0, 0, ALL}, {0, 0, 1, LONG_Y}, {1, 0, 0, ALL}, {1, 1, 0, LONG_X},
     {2, 1, 0, ALL}, {2, 1, 1, LONG_Y}, {1, 0, 1, LONG_Y}, {1, 1, 1, BOTH}}, {0, 1}};
static const Pattern SQUARE = {3, 11, {{-0.25, 0}, {0, -0.25}, {0.125, 0.125}},
    {{0, 0, 0, ALL}, {0, 1, 0, LONG_X}, {0, 0, 1, LONG_Y}, {0, 1, 1, BOTH},
     {1, 0, 0, ALL}, {1, 1, 0, LONG_X}, {1, 0, 1, LONG_Y}, {1, 1, 1, BOTH},
     {2, 0, 0, ALL ^ BOTH}, {2, 1, 0, ONE_Y}, {2, 0, 1, ONE_X}}, {1, 1}};

static const double PULL = 0.01, MAX_PULL = 10, FORCE_LEFT = 1e4, TORQUE_LEFT = 78;
static const double LARGEST = 10; /* per pull point: reduced costs are then about as at the start */
static const double GOLDEN = 0.6180339887498949;

typedef struct {
    int box[BOX], index;
} Placed;

static int compare(const void *one, const void *other) {
    static const int KEYS[3] = {LAYER, LEFT, NEAR};
    const Placed *a = one, *b = other;
    for (int i = 0; i < 3; i++)
        if (a->box[KEYS[i]] != b->box[KEYS[i]]) return a->box[KEYS[i]] < b->box[KEYS[i]] ? -1 : 1;
    return a->index - b->index;
}

static int most(int a, int b) { return a > b ? a : b; }
static int least(int a, int b) { return a < b ? a : b; }

/* Studs in common: first and past-last along x, then y. Returns whether there are any. */
static int shared_studs(const int *a, const int *b, int out[4]) {
    for (int axis = 0; axis < 2; axis++) {
        out[2 * axis] = most(a[LEFT + axis], b[LEFT + axis]);
        out[2 * axis + 1] = least(a[LEFT + axis] + a[axis], b[LEFT + axis] + b[axis]);
    }
    return out[0] < out[1] && out[2] < out[3];
}

/* Lists that grow, of contacts, their studs, points and sides. */
typedef struct {
    Arena *arena;
    int count, room;
    int *items;
} Ints;

static void append(Ints *list, int item) {
    if (list->count == list->room) {
        int *wider = TAKE(list->arena, int, 2 * list->room + 64);
        if (list->count) memcpy(wider, list->items, (size_t)list->count * sizeof(int));
        list->items = wider;
        list->room = 2 * list->room + 64;
    }
    list->items[list->count++] = item;
}

static const Pattern *pattern_of(const int *box, int rotate) {
    if (least(box[LONG], box[WIDE]) == 1) return &THIN;
    if (!rotate) return &PUBLISHED;
    return box[LONG] < box[WIDE] ? &ALONG_Y : box[LONG] > box[WIDE] ? &ALONG_X : &SQUARE;
}

/* Where a brick's point is on the stud that is so far from its corner; out: x, y. */
static void place_point(const Pattern *pattern, int number, const int *box, int stud_x, int stud_y,
                        double out[2]) {
    const int stud[2] = {stud_x, stud_y};
    for (int axis = 0; axis < 2; axis++) {
        int mirrored = pattern->mirrored[axis] && 2 * stud[axis] >= box[axis];
        double offset = pattern->point[number][axis];
        out[axis] = stud[axis] + (mirrored ? -offset : offset);
    }
}

static void add_points(Scene *s, Arena *arena, const Placed *bricks, const int *studs,
                       const Bricks *given, int corner_x, int corner_y) {
    int presses = 0, pulls = 0, contacts = s->contacts;
    for (int c = 0; c < contacts; c++)
        pulls += 4 * (studs[4 * c + 1] - studs[4 * c]) * (studs[4 * c + 3] - studs[4 * c + 2]);
    double *press_x = TAKE(arena, double, 8 * contacts), *press_y = TAKE(arena, double, 8 * contacts);
    double *pull_x = TAKE(arena, double, pulls), *pull_y = TAKE(arena, double, pulls);
    int *press_start = TAKE(arena, int, contacts + 1), *pull_start = TAKE(arena, int, contacts + 1);
    pulls = 0;
    for (int c = 0; c < contacts; c++) {
        const int *box = bricks[s->top[c]].box;
        const Pattern *pattern = pattern_of(box, given->rotate);
        int left = box[LEFT], near = box[NEAR];
        int x0 = studs[4 * c] - left, x1 = studs[4 * c + 1] - left;
        int y0 = studs[4 * c + 2] - near, y1 = studs[4 * c + 3] - near;
        int over = 1 << ((x1 - x0 == 1) + 2 * (y1 - y0 == 1));
        double place[2];
        for (int i = 0; i < pattern->corners; i++) {
            const int *corner = pattern->corner[i];
            if (!(over & corner[3])) continue;
            place_point(pattern, corner[0], box, corner[1] ? x1 - 1 : x0, corner[2] ? y1 - 1 : y0,
                        place);
            press_x[presses] = left - corner_x + place[0];
            press_y[presses++] = near - corner_y + place[1];
        }
        press_start[c + 1] = presses;
        if (!(given->table && s->bottom[c] == s->bricks))
            for (int x = x0; x < x1; x++)
                for (int y = y0; y < y1; y++)
                    for (int i = 0; i < pattern->points; i++) {
                        place_point(pattern, i, box, x, y, place);
                        pull_x[pulls] = left - corner_x + place[0];
                        pull_y[pulls++] = near - corner_y + place[1];
                    }
        pull_start[c + 1] = pulls;
    }
    s->press_start = press_start, s->press_x = press_x, s->press_y = press_y;
    s->pull_start = pull_start, s->pull_x = pull_x, s->pull_y = pull_y;
}

/* Sides of one layer that touch: low before high, those along x first. */
static void add_sides(Scene *s, Arena *arena, const Placed *bricks, const int *layer_start,
                      int layers) {
    Ints low = {.arena = arena}, high = {.arena = arena}, along = {.arena = arena};
    for (int axis = 0; axis < 2; axis++)
        for (int layer = 0; layer < layers; layer++)
            for (int i = layer_start[layer]; i < layer_start[layer + 1]; i++)
                for (int j = layer_start[layer]; j < layer_start[layer + 1]; j++) {
                    const int *a = bricks[i].box, *b = bricks[j].box;
                    int across = 1 - axis, end = a[LEFT + axis] + a[axis];
                    int from = most(a[LEFT + across], b[LEFT + across]);
                    int to = least(a[LEFT + across] + a[across], b[LEFT + across] + b[across]);
                    if (end != b[LEFT + axis] || from >= to) continue;
                    append(&low, i), append(&high, j), append(&along, axis);
                }
    s->sides = low.count;
    s->side_low = low.items, s->side_high = high.items, s->side_axis = along.items;
}

void lay_out_scene(const Bricks *given, Arena *arena, Scene *s, int *order) {
    int count = given->count, layers = 0, corner_x = given->box[LEFT], corner_y = given->box[NEAR];
    Placed *bricks = TAKE(arena, Placed, count);
    double *x = TAKE(arena, double, count), *y = TAKE(arena, double, count);
    double *weight = TAKE(arena, double, count);
    int *layer_start = TAKE(arena, int, count + 1);
    for (int b = 0; b < count; b++) {
        memcpy(bricks[b].box, given->box + BOX * b, sizeof bricks[b].box);
        bricks[b].index = b;
        corner_x = least(corner_x, bricks[b].box[LEFT]);
        corner_y = least(corner_y, bricks[b].box[NEAR]);
    }
    qsort(bricks, (size_t)count, sizeof *bricks, compare);
    for (int b = 0; b < count; b++) {
        const int *box = bricks[b].box;
        order[b] = bricks[b].index;
        weight[b] = given->weight[order[b]];
        x[b] = box[LEFT] - corner_x + (box[LONG] - 1) / 2.0;
        y[b] = box[NEAR] - corner_y + (box[WIDE] - 1) / 2.0;
        if (b == 0 || box[LAYER] != bricks[b - 1].box[LAYER]) layer_start[layers++] = b;
    }
    layer_start[layers] = count;
    *s = (Scene){.bricks = count, .centre_x = x, .centre_y = y, .weight = weight};
    Ints top = {.arena = arena}, bottom = {.arena = arena}, studs = {.arena = arena};
    for (int layer = 0; layer < layers; layer++) {
        int z = bricks[layer_start[layer]].box[LAYER], under = layer_start[layer];
        int from = under; /* the layer below, if it is the next one down */
        if (layer && bricks[layer_start[layer - 1]].box[LAYER] == z - 1) from = layer_start[layer - 1];
        for (int t = layer_start[layer]; t < layer_start[layer + 1]; t++) {
            const int *box = bricks[t].box;
            int common[4];
            for (int u = from; u < under; u++) {
                if (!shared_studs(box, bricks[u].box, common)) continue;
                append(&top, t), append(&bottom, u);
                for (int i = 0; i < 4; i++) append(&studs, common[i]);
            }
            if (z > 0) continue;
            append(&top, t), append(&bottom, count);
            append(&studs, box[LEFT]), append(&studs, box[LEFT] + box[LONG]);
            append(&studs, box[NEAR]), append(&studs, box[NEAR] + box[WIDE]);
        }
    }
    s->contacts = top.count, s->top = top.items, s->bottom = bottom.items;
    add_points(s, arena, bricks, studs.items, given, corner_x, corner_y);
    add_sides(s, arena, bricks, layer_start, layers);
}

static double part_of(int number, double step) {
    double value = number * step;
    return value - floor(value);
}

void lay_out_costs(const Scene *s, Arena *arena, int broken, double within, Costs *costs) {
    int pulls = s->pull_start[s->contacts];
    double *pull = TAKE(arena, double, pulls), *max_pull = TAKE(arena, double, s->bricks);
    double *residual = TAKE(arena, double, PARTS * s->bricks);
    for (int k = 0; k < pulls; k++) pull[k] = PULL * (1 + broken * 0.05 * part_of(k, GOLDEN));
    for (int b = 0; b < s->bricks; b++) {
        max_pull[b] = MAX_PULL * (1 + broken * 1e-6 * part_of(b, GOLDEN));
        for (int part = 0; part < PARTS; part++) {
            double cost = part == T1 || part == T2 ? TORQUE_LEFT : FORCE_LEFT;
            residual[PARTS * b + part] = cost * (1 + broken * 1e-4 / (1 + b));
        }
    }
    *costs = (Costs){.pull = pull, .max_pull = max_pull, .residual = residual};
    if (within <= 0) return;
    double *cap = TAKE(arena, double, s->bricks);
    for (int b = 0; b < s->bricks; b++) cap[b] = within;
    costs->residual = NULL, costs->cap = cap;
}

void lay_out_largest(const Scene *s, Arena *arena, Costs *costs) {
    int pulls = s->pull_start[s->contacts];
    double *cost = TAKE(arena, double, 1);
    cost[0] = LARGEST * fmax(pulls, 1);
    *costs = (Costs){.pull = TAKE(arena, double, pulls), .max_pull = cost, .shared = 1};
}

void find_held(const Scene *s, char *held) {
    memset(held, 0, (size_t)s->bricks);
    for (int changed = 1; changed;) {
        changed = 0;
        for (int i = 0; i < 2 * s->contacts; i++) { /* up, then down again */
            int c = i < s->contacts ? i : 2 * s->contacts - 1 - i;
            int t = s->top[c], u = s->bottom[c];
            int either = held[t] || u == s->bricks || held[u];
            if (!either || (held[t] && (u == s->bricks || held[u]))) continue;
            held[t] = 1;
            if (u < s->bricks) held[u] = 1;
            changed = 1;
        }
    }
}
