#include "program.h"

static int root(int *parent, int face) {
    while (parent[face] != face) face = parent[face] = parent[parent[face]];
    return face;
}

/* Number the sheets: faces joined by contacts. Face b is under brick b, face bricks + b on it. */
static void join_faces(Program *p, Arena *arena) {
    const Scene *s = p->scene;
    int bricks = s->bricks, ground = 2 * bricks;
    int *parent = TAKE(arena, int, ground + 1), *sheet = TAKE(arena, int, ground + 1);
    for (int face = 0; face <= ground; face++) {
        parent[face] = face;
        sheet[face] = -2;
    }
    for (int c = 0; c < s->contacts; c++) {
        int under = root(parent, s->top[c]);
        int over = root(parent, s->bottom[c] == bricks ? ground : bricks + s->bottom[c]);
        parent[under] = over;
    }
    sheet[root(parent, ground)] = -1;
    p->below = TAKE(arena, int, bricks);
    p->above = TAKE(arena, int, bricks);
    p->sheets = 0;
    for (int b = 0; b < bricks; b++) {
        int under = root(parent, b), over = root(parent, bricks + b);
        if (sheet[under] == -2) sheet[under] = p->sheets++;
        if (sheet[over] == -2) sheet[over] = p->sheets++;
        p->below[b] = sheet[under];
        p->above[b] = sheet[over];
    }
    p->rows = bricks + 2 * p->sheets;
}

static int row_of(const Program *p, int sheet, int axis) {
    return sheet < 0 ? -1 : p->scene->bricks + 2 * sheet + axis;
}

static void add_part(Contact *contact, int row, int i, double value) {
    if (row < 0) return;
    int r = 0;
    while (r < contact->count && contact->row[r] != row) r++;
    if (r == contact->count) {
        contact->row[r] = row;
        contact->part[0][r] = contact->part[1][r] = contact->part[2][r] = 0;
        contact->count++;
    }
    contact->part[i][r] += value;
}

/* The rise of the brick at an end of a contact, as it is felt there. */
static void add_rise(const Program *p, Contact *contact, int end) {
    int brick = contact->brick[end];
    double x = contact->x[end] = contact->origin_x - p->scene->centre_x[brick];
    double y = contact->y[end] = contact->origin_y - p->scene->centre_y[brick];
    double sign = end ? -1 : 1;
    add_part(contact, brick, 0, sign);
    for (int over = 0; over < 2; over++) {
        int sheet = over ? p->above[brick] : p->below[brick];
        double s = over ? -sign : sign;
        int row_x = row_of(p, sheet, 0), row_y = row_of(p, sheet, 1);
        add_part(contact, row_x, 0, s * x);
        add_part(contact, row_x, 1, s);
        add_part(contact, row_y, 0, s * y);
        add_part(contact, row_y, 2, s);
    }
}

static int *count_blocks(Arena *arena, int contacts, const int *start) {
    int *block = TAKE(arena, int, contacts + 1);
    for (int c = 0; c < contacts; c++) block[c + 1] = block[c] + blocks_for(start[c + 1] - start[c]);
    return block;
}

static void place_points(Lanes *to, const double *from, int count, double origin) {
    for (int i = 0; i < count; i++) ((double *)to)[i] = from[i] - origin;
}

static void lay_out_contacts(Program *p, Arena *arena) {
    const Scene *s = p->scene;
    p->contact = TAKE(arena, Contact, s->contacts);
    p->press_block = count_blocks(arena, s->contacts, s->press_start);
    p->pull_block = count_blocks(arena, s->contacts, s->pull_start);
    p->press_x = TAKE(arena, Lanes, p->press_block[s->contacts]);
    p->press_y = TAKE(arena, Lanes, p->press_block[s->contacts]);
    p->pull_x = TAKE(arena, Lanes, p->pull_block[s->contacts]);
    p->pull_y = TAKE(arena, Lanes, p->pull_block[s->contacts]);
    p->first = TAKE(arena, int, s->bricks + 1);
    for (int b = 0, c = 0; b <= s->bricks; b++) {
        while (c < s->contacts && s->top[c] < b) c++;
        p->first[b] = c;
    }
    for (int c = 0; c < s->contacts; c++) {
        Contact *contact = p->contact + c;
        int from = s->press_start[c], to = s->press_start[c + 1];
        for (int k = from; k < to; k++) {
            contact->origin_x += s->press_x[k] / (to - from);
            contact->origin_y += s->press_y[k] / (to - from);
        }
        contact->brick[0] = s->top[c], contact->brick[1] = s->bottom[c];
        add_rise(p, contact, 0);
        if (s->bottom[c] < s->bricks) add_rise(p, contact, 1);
        for (int r = contact->count; r < ROWS; r++) contact->row[r] = p->rows;
        place_points(p->press_x + p->press_block[c], s->press_x + from, to - from,
                     contact->origin_x);
        place_points(p->press_y + p->press_block[c], s->press_y + from, to - from,
                     contact->origin_y);
        from = s->pull_start[c], to = s->pull_start[c + 1];
        place_points(p->pull_x + p->pull_block[c], s->pull_x + from, to - from, contact->origin_x);
        place_points(p->pull_y + p->pull_block[c], s->pull_y + from, to - from, contact->origin_y);
    }
}

static void lay_out_sides(Program *p, Arena *arena) {
    const Scene *s = p->scene;
    p->side = TAKE(arena, Side, s->sides);
    for (int e = 0; e < s->sides; e++) {
        Side *side = p->side + e;
        int low = p->below[s->side_low[e]], high = p->below[s->side_high[e]];
        if (low == high) continue;
        if (high >= 0) {
            side->row[side->count] = row_of(p, high, s->side_axis[e]);
            side->part[side->count++] = 2 * HALF_HEIGHT;
        }
        if (low >= 0) {
            side->row[side->count] = row_of(p, low, s->side_axis[e]);
            side->part[side->count++] = -2 * HALF_HEIGHT;
        }
    }
}

static void lay_out_turns(Program *p, Arena *arena) {
    int bricks = p->scene->bricks;
    p->turn = TAKE(arena, Turn, PARTS * bricks);
    for (int b = 0; b < bricks; b++)
        for (int part = 0; part < PARTS; part++) {
            Turn *turn = p->turn + PARTS * b + part;
            int axis = part == T1 || part == FY;
            int above = row_of(p, p->above[b], axis), below = row_of(p, p->below[b], axis);
            double shift = part == FX || part == FY, tilt = part == T1 ? -1 : 1;
            turn->row[0] = part == V ? b : above < 0 ? p->rows : above;
            turn->row[1] = part == V || below < 0 ? p->rows : below;
            turn->value[0] = part == V ? 1 : shift ? HALF_HEIGHT : tilt;
            turn->value[1] = part == V ? 0 : shift ? HALF_HEIGHT : -tilt;
        }
}

static void own_rows(const Program *p, int brick, int out[5]) {
    out[0] = brick;
    out[1] = row_of(p, p->above[brick], 0);
    out[2] = row_of(p, p->below[brick], 0);
    out[3] = row_of(p, p->above[brick], 1);
    out[4] = row_of(p, p->below[brick], 1);
}

/* A brick's clique: its own rows, and those of all that is below it, because they share its
largest pull. */
static void collect_cliques(Program *p, Arena *arena) {
    const Scene *s = p->scene;
    int cliques = s->bricks + s->sides, used = 0;
    int *mark = TAKE(arena, int, p->rows);
    p->clique_start = TAKE(arena, int, cliques + 1);
    p->clique_row = TAKE(arena, int, 5 * s->bricks + ROWS * s->contacts + 2 * s->sides);
    for (int b = 0; b < s->bricks; b++) {
        int own[5];
        own_rows(p, b, own);
        for (int i = 0; i < 5; i++)
            if (own[i] >= 0 && mark[own[i]] != b + 1) {
                mark[own[i]] = b + 1;
                p->clique_row[used++] = own[i];
            }
        for (int c = p->first[b]; c < p->first[b + 1]; c++)
            for (int i = 0; i < p->contact[c].count; i++) {
                int row = p->contact[c].row[i];
                if (mark[row] == b + 1) continue;
                mark[row] = b + 1;
                p->clique_row[used++] = row;
            }
        p->clique_start[b + 1] = used;
    }
    for (int e = 0; e < s->sides; e++) {
        for (int i = 0; i < p->side[e].count; i++) p->clique_row[used++] = p->side[e].row[i];
        p->clique_start[s->bricks + e + 1] = used;
    }
}

/* What a contact has fewer rows than most comes to nothing: past the end of the clique, and of the
matrix. */
static void index_contact(Program *p, int c, const int *index, int width, const int *place) {
    int *own = p->contact_index + ROWS * c, *to = p->contact_place + PAIRS * c;
    for (int i = 0; i < ROWS; i++)
        own[i] = i < p->contact[c].count ? index[p->contact[c].row[i]] : width;
    for (int i = 0; i < ROWS; i++)
        for (int j = 0; j <= i; j++) {
            int high = own[i] > own[j] ? own[i] : own[j], low = own[i] + own[j] - high;
            *to++ = high < width ? place[high * (high + 1) / 2 + low] : p->factor.entries;
        }
}

static void index_cliques(Program *p, Arena *arena) {
    const Scene *s = p->scene;
    int *index = TAKE(arena, int, p->rows);
    p->contact_index = TAKE(arena, int, ROWS * s->contacts);
    p->contact_place = TAKE(arena, int, PAIRS * s->contacts);
    p->own_index = TAKE(arena, int, 5 * s->bricks);
    for (int b = 0; b < s->bricks; b++) {
        int own[5];
        own_rows(p, b, own);
        for (int i = p->clique_start[b]; i < p->clique_start[b + 1]; i++)
            index[p->clique_row[i]] = i - p->clique_start[b];
        for (int i = 0; i < 5; i++) p->own_index[5 * b + i] = own[i] < 0 ? -1 : index[own[i]];
        for (int c = p->first[b]; c < p->first[b + 1]; c++)
            index_contact(p, c, index, p->clique_start[b + 1] - p->clique_start[b],
                          p->place + p->place_start[b]);
    }
}

/* The two shifts of a sheet are in the same cliques, but for side presses: they stay together. */
static void plan(Program *p, Arena *arena) {
    const Scene *s = p->scene;
    int groups = s->bricks + p->sheets, cliques = s->bricks + s->sides, used = 0;
    int *first = TAKE(arena, int, groups + 1), *start = TAKE(arena, int, cliques + 1);
    int *member = TAKE(arena, int, p->clique_start[cliques]), *mark = TAKE(arena, int, groups);
    for (int g = 0; g <= groups; g++) first[g] = g < s->bricks ? g : 2 * g - s->bricks;
    for (int c = 0; c < cliques; c++) {
        for (int i = p->clique_start[c]; i < p->clique_start[c + 1]; i++) {
            int row = p->clique_row[i], group = row < s->bricks ? row : (row + s->bricks) / 2;
            if (mark[group] == c + 1) continue;
            mark[group] = c + 1;
            member[used++] = group;
        }
        start[c + 1] = used;
    }
    plan_factor(&p->factor, arena, groups, first, cliques, start, member);
    place_cliques(&p->factor, arena, cliques, p->clique_start, p->clique_row, &p->place_start,
                  &p->place);
}

void lay_out_program(Program *p, Arena *arena, const Scene *scene) {
    p->scene = scene;
    join_faces(p, arena);
    lay_out_contacts(p, arena);
    lay_out_sides(p, arena);
    lay_out_turns(p, arena);
    collect_cliques(p, arena);
    plan(p, arena);
    index_cliques(p, arena);
}
