/* Which pulls there are unknowns for. Most bricks pull at nothing below them, and where presses alone
would have to pull tells rather well which may (see `settle_forces`). The others are asked now and
then: whose pulls the motion opens by more than they cost is taken in too. Every proof is about all. Only
where each brick has a largest pull of its own: where one counts for all, or has a cap, most pull. */
#include "method.h"

#include <string.h>

enum { LEFT_OUT, KEPT, TAKEN_IN }; /* in `kept` */

static const double BEYOND = 1e-8; /* an opening so much beyond what it costs is not rounding */
static const double LIFT = 10;     /* times the gap: fewer steps than from 1 or 100 */
static const double BEGIN = 0.1;   /* reduced costs of what is taken in, of that of the largest pull */

static void go_on_with(Method *m, const Program *program) {
    const Scene *s = program->scene;
    m->program = program;
    m->pull_cost = program == m->all ? m->all_cost : m->few_cost;
    m->kind[PULL].count = m->kind[ROOM].count = LANES * program->pull_block[s->contacts];
    m->has_nearly = m->has_good = 0; /* they lie as the others did */
    m->unknowns = m->other_unknowns;
    memset(m->group_size, 0, (size_t)m->groups * sizeof(int));
    for (int c = 0; c < s->contacts; c++)
        if (has_pulls(program, c))
            m->group_size[is_shared(m) ? 0 : s->top[c]] += s->pull_start[c + 1] - s->pull_start[c];
    for (int g = 0; g < m->groups; g++) m->unknowns += 2 * m->group_size[g] + (m->group_size[g] > 0);
}

void take_all_pulls(Method *m) { go_on_with(m, m->all); }

static void gather_costs(Method *m) {
    for (int c = 0; m->program != m->all && c < m->all->scene->contacts; c++) {
        size_t blocks = (size_t)(m->few_block[c + 1] - m->few_block[c]);
        memcpy(m->few_cost + LANES * m->few_block[c], m->all_cost + LANES * m->all->pull_block[c],
               blocks * sizeof(Lanes));
    }
}

void take_kept_pulls(Method *m) {
    const Program *all = m->all;
    const Scene *s = all->scene;
    int used = 0;
    for (int c = 0; c < s->contacts; c++) {
        int from = all->pull_block[c], blocks = m->kept[s->top[c]] ? all->pull_block[c + 1] - from : 0;
        size_t size = (size_t)blocks * sizeof(Lanes);
        m->few_block[c] = used;
        memcpy(m->few.pull_x + used, all->pull_x + from, size);
        memcpy(m->few.pull_y + used, all->pull_y + from, size);
        used += blocks;
    }
    m->few_block[s->contacts] = used;
    go_on_with(m, &m->few);
    gather_costs(m);
}

void take_costs(Method *m, const Costs *costs) {
    const Scene *s = m->all->scene;
    m->costs = costs;
    for (int k = 0; k < LANES * m->all->pull_block[s->contacts]; k++) m->all_cost[k] = NEVER;
    for (int c = 0; c < s->contacts; c++)
        memcpy(m->all_cost + LANES * m->all->pull_block[c], costs->pull + s->pull_start[c],
               (size_t)(s->pull_start[c + 1] - s->pull_start[c]) * sizeof(double));
    gather_costs(m);
}

/* Openings at a block of pulls of a contact, beyond their costs. */
PART Lanes over_at(const Method *m, int block, const double closing[3]) {
    const Program *all = m->all;
    Lanes over = -lanes(m->all_cost)[block] - in_lanes(closing[0]) -
                 in_lanes(closing[1]) * all->pull_x[block] - in_lanes(closing[2]) * all->pull_y[block];
    for (int i = 0; i < LANES; i++) over[i] = over[i] > 0 ? over[i] : 0;
    return over;
}

/* How many bricks are taken in. */
MANY static int take_in(Method *m) {
    const Program *all = m->all;
    int found = 0;
    move_bricks(all, m->y, m->motion);
    for (int b = 0; b < all->scene->bricks; b++) {
        Lanes over = {0};
        if (m->kept[b]) continue;
        for (int c = all->first[b]; c < all->first[b + 1]; c++) {
            double closing[3];
            closing_of(all->contact + c, m->motion, closing);
            for (int k = all->pull_block[c]; k < all->pull_block[c + 1]; k++)
                over += over_at(m, k, closing);
        }
        if (sum_of(over) <= m->costs->max_pull[b] + BEYOND) continue;
        m->kept[b] = TAKEN_IN;
        found++;
    }
    return found;
}

/* Pulls of a contact of what is taken in, inside of what they may be. */
static void begin_contact(Method *m, int c, double product) {
    int brick = m->all->scene->top[c];
    double closing[3], least = BEGIN * m->costs->max_pull[brick] / m->group_size[brick];
    closing_of(m->all->contact + c, m->motion, closing);
    for (int k = m->few_block[c]; k < m->few_block[c + 1]; k++) {
        Lanes over = over_at(m, m->all->pull_block[c] + k - m->few_block[c], closing);
        for (int i = 0; i < LANES; i++) {
            set_pair(m->kind + ROOM, LANES * k + i, over[i] + least, product);
            set_pair(m->kind + PULL, LANES * k + i, least, product);
        }
    }
}

/* Nothing so near to 0 that it would stop the steps that bring what is new into balance. */
static void lift(Method *m, double product) {
    double even = m->care.force * m->mean_weight;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < m->kind[k].count; i++) {
            double *x = m->kind[k].x + i, *s = m->kind[k].s + i;
            if (*x <= 0 || *x * *s >= product) continue;
            if (*x > even * *s) *s = product / *x;
            else *x = product / *s;
        }
}

/* x and s of pulls and rooms, from where they lay before bricks were taken in. */
static void move_kept(Method *m, double product) {
    const Scene *s = m->all->scene;
    double *arrays[] = {m->kind[PULL].x, m->kind[PULL].s, m->kind[ROOM].x, m->kind[ROOM].s};
    enum { ARRAYS = sizeof arrays / sizeof *arrays };
    size_t count = (size_t)m->kind[PULL].count;
    double *old = m->before;
    for (int i = 0; i < ARRAYS; i++) memcpy(old + i * count, arrays[i], count * sizeof(double));
    take_kept_pulls(m);
    for (int c = 0; c < s->contacts; c++) {
        int at = LANES * m->few_block[c], pulls = LANES * m->few_block[c + 1] - at;
        if (m->kept[s->top[c]] == TAKEN_IN) {
            begin_contact(m, c, product);
            continue;
        }
        for (int i = 0; i < ARRAYS; i++)
            memcpy(arrays[i] + at, old + i * count, (size_t)pulls * sizeof(double));
        old += pulls;
    }
}

int ask_others(Method *m) {
    if (m->program == m->all || m->has_good || !take_in(m)) return 0;
    double product = LIFT * m->gap / m->unknowns;
    move_kept(m, product);
    for (int b = 0; b < m->groups; b++) {
        if (m->kept[b] != TAKEN_IN) continue;
        m->kept[b] = KEPT;
        set_pair(m->kind + MOST, b, BEGIN * m->costs->max_pull[b], product);
    }
    lift(m, LIFT * product);
    leave_empty(m);
    m->last_step = 0;
    return 1;
}
