#include "support.h"

#include <string.h>

enum { OWN = 5 }; /* rise, and two shifts of two sheets */

/* The rows of a brick's own motion; `rows` for what stands still. */
static void find_own_rows(const Program *p, int brick, int out[OWN]) {
    out[0] = brick;
    for (int axis = 0; axis < 2; axis++) {
        int above = p->above[brick], below = p->below[brick], first = p->scene->bricks + axis;
        out[1 + axis] = above < 0 ? p->rows : first + 2 * above;
        out[3 + axis] = below < 0 ? p->rows : first + 2 * below;
    }
}

static void note(Support *kept, double force) {
    if (kept->used < kept->room) kept->force[kept->used] = (float)force;
    kept->used++;
}

void keep_support(const Method *m, const int *order, Support *kept) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    const Kind *kind = m->kind;
    kept->used = kept->pulls = kept->residuals = 0;
    for (int c = 0; c < s->contacts; c++) {
        int press = LANES * p->press_block[c] - s->press_start[c];
        int pull = LANES * p->pull_block[c] - s->pull_start[c];
        for (int k = s->press_start[c]; k < s->press_start[c + 1]; k++)
            note(kept, kind[PRESS].x[press + k]);
        for (int k = s->pull_start[c]; k < s->pull_start[c + 1]; k++) {
            double force = has_pulls(p, c) ? kind[PULL].x[pull + k] : 0;
            note(kept, force);
            note(kept, has_pulls(p, c) ? kind[ROOM].x[pull + k] : 0);
            kept->pulls += force > 0;
        }
    }
    for (int e = 0; e < s->sides; e++) note(kept, kind[SIDE].x[e]);
    int residuals = kept->used;
    kept->used += PARTS * s->bricks;
    kept->bricks = kept->used <= kept->room ? s->bricks : 0;
    for (int b = 0; b < kept->bricks; b++) {
        int row[OWN];
        find_own_rows(p, b, row);
        for (int i = 0; i < OWN; i++) kept->motion[OWN * order[b] + i] = m->y[row[i]];
        for (int i = 0; i < PARTS; i++) {
            int r = PARTS * b + i;
            double left = kind[PLUS].count ? kind[PLUS].x[r] - kind[MINUS].x[r] : 0;
            kept->force[residuals + PARTS * order[b] + i] = (float)left;
            kept->residuals += left != 0;
        }
    }
}

static const float *take_contact(Method *m, int c, const float *force) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    Kind *kind = m->kind;
    int press = LANES * p->press_block[c] - s->press_start[c];
    int pull = LANES * p->pull_block[c] - s->pull_start[c];
    for (int k = s->press_start[c]; k < s->press_start[c + 1]; k++)
        kind[PRESS].x[press + k] = *force++;
    for (int k = s->pull_start[c]; k < s->pull_start[c + 1]; k++) {
        double f = *force++, g = *force++;
        kind[PULL].x[pull + k] = f, kind[ROOM].x[pull + k] = g;
        kind[MOST].x[s->top[c]] = f + g;
    }
    return force;
}

/* The brick's weight on all presses of a contact. */
static void load_contact(Method *m, int c) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    int presses = s->press_start[c + 1] - s->press_start[c];
    double *press = m->kind[PRESS].x + LANES * p->press_block[c];
    for (int k = 0; k < presses; k++) press[k] = s->weight[s->top[c]] / presses;
}

/* Where a pull is as large as the largest, what more of it would cost is the reduced cost of its
room. */
static void find_room_costs(Method *m) {
    find_closings(m, m->program, m->y);
    for (int k = 0; k < m->kind[ROOM].count; k++) {
        double over = -m->closing[1][k] - m->pull_cost[k];
        m->kind[ROOM].s[k] = m->kind[ROOM].x[k] == 0 && over > 0 ? over : 0;
    }
}

static int is_old(const Scene *s, const int *order, int brick, int old) {
    return brick == s->bricks || order[brick] < old;
}

static int is_old_contact(const Scene *s, const int *order, int c, int old) {
    return is_old(s, order, s->top[c], old) && is_old(s, order, s->bottom[c], old);
}

static int is_old_side(const Scene *s, const int *order, int e, int old) {
    return is_old(s, order, s->side_low[e], old) && is_old(s, order, s->side_high[e], old);
}

/* Whether these bricks, without the new ones, have as many forces as were kept. */
static int fits(const Scene *s, const int *order, const Support *kept) {
    int old = kept->bricks, count = PARTS * old;
    if (old > s->bricks) return 0;
    for (int c = 0; c < s->contacts; c++)
        if (is_old_contact(s, order, c, old))
            count += s->press_start[c + 1] - s->press_start[c] +
                     2 * (s->pull_start[c + 1] - s->pull_start[c]);
    for (int e = 0; e < s->sides; e++) count += is_old_side(s, order, e, old);
    return count == kept->used;
}

int take_support(Method *m, const int *order, const Support *kept) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    const float *force = kept->force;
    Kind *kind = m->kind;
    int old = kept->bricks;
    if (!fits(s, order, kept)) return 0;
    for (int k = 0; k < KINDS; k++) {
        memset(kind[k].x, 0, (size_t)kind[k].count * sizeof(double));
        memset(kind[k].s, 0, (size_t)kind[k].count * sizeof(double));
    }
    memset(m->y, 0, (size_t)(p->rows + 1) * sizeof(double));
    for (int c = 0; c < s->contacts; c++) {
        if (is_old_contact(s, order, c, old)) force = take_contact(m, c, force);
        else load_contact(m, c);
    }
    for (int e = 0; e < s->sides; e++) {
        if (!is_old_side(s, order, e, old)) continue;
        kind[SIDE].x[e] = p->side[e].count ? *force : 0; /* they may be on one sheet by now */
        force++;
    }
    for (int b = 0; b < s->bricks; b++) {
        int row[OWN];
        find_own_rows(p, b, row);
        if (order[b] >= old) continue;
        for (int i = 0; i < OWN; i++)
            if (row[i] < p->rows) m->y[row[i]] = kept->motion[OWN * order[b] + i];
        for (int i = 0; kind[PLUS].count && i < PARTS; i++) {
            double left = force[PARTS * order[b] + i];
            kind[PLUS].x[PARTS * b + i] = left > 0 ? left : 0;
            kind[MINUS].x[PARTS * b + i] = left < 0 ? -left : 0;
        }
    }
    find_room_costs(m);
    return 1;
}
