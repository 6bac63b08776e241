/* Which pulls there are unknowns for. Most bricks pull at nothing below them, and where presses alone
would have to pull tells rather well which may (see `settle_forces`). The others are asked now and
then: whose pulls the motion opens by more than they cost is taken in too. Every proof is about all. */
#include "method.h"

#include <math.h>
#include <string.h>

enum { LEFT_OUT, KEPT, TAKEN_IN }; /* in `kept` */

static const double OVER = 1e-8; /* an opening beyond what it costs that is not rounding */
static const double LIFT = 10;   /* times the gap: fewer steps than from 1 or 100 */
static const double BEGIN = 0.1; /* reduced costs of what is taken in, of the cost of the largest pull */

static void go_on_with(Method *m, const Program *program) {
    const Scene *s = program->scene;
    m->program = program;
    m->pull_cost = program == m->all ? m->all_cost : m->few_cost;
    m->kind[PULL].count = m->kind[ROOM].count = LANES * program->pull_block[s->contacts];
    m->unknowns = m->other_unknowns;
    memset(m->group_size, 0, (size_t)m->groups * sizeof(int));
    for (int c = 0; c < s->contacts; c++)
        if (has_pulls(program, c))
            m->group_size[is_shared(m) ? 0 : s->top[c]] += s->pull_start[c + 1] - s->pull_start[c];
    for (int g = 0; g < m->groups; g++) m->unknowns += 2 * m->group_size[g] + (m->group_size[g] > 0);
}

void take_all_pulls(Method *m) { go_on_with(m, m->all); }

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
        memcpy(m->few_cost + LANES * used, m->all_cost + LANES * from, size);
        used += blocks;
    }
    m->few_block[s->contacts] = used;
    go_on_with(m, &m->few);
}

void take_costs(Method *m, const Costs *costs) {
    const Scene *s = m->all->scene;
    m->costs = costs;
    for (int k = 0; k < LANES * m->all->pull_block[s->contacts]; k++) m->all_cost[k] = NEVER;
    for (int c = 0; c < s->contacts; c++)
        memcpy(m->all_cost + LANES * m->all->pull_block[c], costs->pull + s->pull_start[c],
               (size_t)(s->pull_start[c + 1] - s->pull_start[c]) * sizeof(double));
    if (m->program != m->all) take_kept_pulls(m);
}

/* Openings at a contact's pulls beyond their costs. */
PART Lanes over_at(const Method *m, int c, int k) {
    const Program *all = m->all;
    double phi[3];
    closing_of(all->contact + c, m->motion, phi);
    Lanes over = -lanes(m->all_cost)[k] - in_lanes(phi[0]) - in_lanes(phi[1]) * all->pull_x[k] -
                 in_lanes(phi[2]) * all->pull_y[k];
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
        for (int c = all->first[b]; c < all->first[b + 1]; c++)
            for (int k = all->pull_block[c]; k < all->pull_block[c + 1]; k++)
                over += over_at(m, c, k);
        if (sum_of(over) <= (is_shared(m) ? 0 : m->costs->max_pull[b]) + OVER) continue;
        m->kept[b] = TAKEN_IN;
        found++;
    }
    return found;
}

static void set(Kind *kind, int i, double s, double product) {
    kind->s[i] = s;
    kind->x[i] = product / s;
}

/* Pulls of a contact of what is taken in, inside of what they may be. */
static void begin_contact(Method *m, int c, double product) {
    int group = is_shared(m) ? 0 : m->all->scene->top[c], blocks = m->few_block[c + 1] - m->few_block[c];
    double least = BEGIN * m->costs->max_pull[group] / m->group_size[group];
    for (int k = 0; k < blocks; k++) {
        Lanes over = over_at(m, c, m->all->pull_block[c] + k);
        for (int i = 0; i < LANES; i++) {
            int at = LANES * (m->few_block[c] + k) + i;
            set(m->kind + ROOM, at, over[i] + least, product);
            set(m->kind + PULL, at, least, product);
        }
    }
}

/* Nothing so near to 0 that it would stop the steps that bring what is new into balance. */
static void lift(Method *m, double product) {
    double even = m->care.force * m->mean_weight;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < m->kind[k].count; i++) {
            double *x = m->kind[k].x + i, *s = m->kind[k].s + i;
            if (*x <= 0 || *x * *s >= LIFT * product) continue;
            if (*x > even * *s) *s = LIFT * product / *x;
            else *x = LIFT * product / *s;
        }
}

int ask_others(Method *m) {
    const Scene *s = m->all->scene;
    if (m->program == m->all || !take_in(m)) return 0;
    Kind *kinds[2] = {m->kind + PULL, m->kind + ROOM};
    size_t count = (size_t)kinds[0]->count;
    double *old = m->before, product = LIFT * m->gap / m->unknowns;
    for (int i = 0; i < 2; i++) {
        memcpy(old + 2 * i * count, kinds[i]->x, count * sizeof(double));
        memcpy(old + (2 * i + 1) * count, kinds[i]->s, count * sizeof(double));
    }
    take_kept_pulls(m);
    for (int c = 0; c < s->contacts; c++) {
        int at = LANES * m->few_block[c], room = LANES * m->few_block[c + 1] - at;
        size_t size = (size_t)room * sizeof(double);
        if (m->kept[s->top[c]] == TAKEN_IN) {
            begin_contact(m, c, product);
            continue;
        }
        for (int i = 0; i < 2; i++) {
            memcpy(kinds[i]->x + at, old + 2 * i * count, size);
            memcpy(kinds[i]->s + at, old + (2 * i + 1) * count, size);
        }
        old += room;
    }
    for (int b = 0; b < s->bricks; b++) {
        if (m->kept[b] != TAKEN_IN) continue;
        m->kept[b] = KEPT;
        if (!is_shared(m)) set(m->kind + MOST, b, BEGIN * m->costs->max_pull[b], product);
    }
    lift(m, product);
    leave_empty(m);
    m->has_nearly = m->has_good = 0;
    m->last_step = 0;
    return 1;
}
