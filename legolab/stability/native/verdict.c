/* Verdicts before the end: whether bricks stand is often certain while the method is still under way.

They stand if, at the least cost, nothing is out of balance and every pull holds. Forces that balance
everything cost U, a motion y that breaks nothing bounds all costs from below by B = weight . y. So in
the answer, costs at most U and reduced costs times forces come to at most U - B together:

    residual i <= (U - B) / (rho_i - |turn_i|),      largest pull of b <= U / alpha_b

Where that is less than counts, they stand. On the other hand any y whatever that closes no press bounds
what forces cost that would stand, residuals up to r_i and pulls up to `holds`, from below by

    weight . y - sum r_i max(0, |turn_i| - rho_i) - sum holds max(0, opening_b - alpha_b)

Where that is more than no force at all costs, everything out of balance, they do not stand. */
#include "method.h"

#include <math.h>
#include <string.h>

/* What does not count as out of balance, 1e-6 N and 1e-6 N m (RESIDUAL_TOLERANCE of analysis.py). */
static const double NO_FORCE = 1e-4, NO_TORQUE = 1e-4 / 0.0078;
static const double MARGIN = 0.9; /* of what is proved is taken: rounding is far below the rest */
/* All side presses together come to no more than so many times all weights. Bricks that are wedged between
each other leave no motion that works against none of them, but for rounding. */
static const double SIDES = 1e3;
static const double NEARLY_ALL = 0.999; /* of a motion that has to open less */
static const double MISSED = 1e-8; /* of the largest weight: what may still be out of balance */
/* Residuals that come to a unit of one row: one of a rise; of a shift, half of a tilt and .82 of a force. */
static const double RESIDUALS = 2;

static double not_counted(int i) {
    int part = i % PARTS;
    return part == T1 || part == T2 ? NO_TORQUE : NO_FORCE;
}

static double gap_that_tells(const Method *m, const double *y) {
    double gap = INFINITY;
    for (int i = 0; i < PARTS * m->all->scene->bricks; i++) {
        double rest = m->costs->residual[i] - fabs(turn_of(m->all->turn + i, y));
        gap = fmin(gap, not_counted(i) * rest);
    }
    return MARGIN * gap;
}

/* What forces may cost so that every pull holds for sure. */
static double cost_that_holds(const Method *m) {
    double least = INFINITY;
    for (int b = 0; b < m->groups; b++) least = fmin(least, m->costs->max_pull[b]);
    return MARGIN * m->costs->holds * least;
}

double telling_gap(const Method *m) {
    return m->bound <= cost_that_holds(m) ? gap_that_tells(m, m->y) : -INFINITY;
}

/* y to dy, every brick sunk by so much more than what is below it. */
static void sink(Method *m, double by) {
    const Scene *s = m->all->scene;
    memset(m->dy, 0, (size_t)s->bricks * sizeof(double));
    for (int c = 0; c < s->contacts; c++) { /* ascending by top: what is below comes before */
        double under = s->bottom[c] == s->bricks ? 0 : m->dy[s->bottom[c]];
        m->dy[s->top[c]] = fmin(m->dy[s->top[c]], under - by);
    }
    for (int b = 0; b < s->bricks; b++) m->dy[b] += m->y[b];
    memcpy(m->dy + s->bricks, m->y + s->bricks,
           (size_t)(m->all->rows + 1 - s->bricks) * sizeof(double));
}

/* A motion next to y that closes no press, to dy, and its closings. Returns weight . dy, less what side
presses could take off that; -INFINITY where there is no such motion. */
static double close_nothing(Method *m) {
    const Program *p = m->all;
    const Scene *s = p->scene;
    double closing = 0, work = 0, weight = 0, bound = 0;
    find_closings(m, p, m->y);
    for (int k = 0; k < m->kind[PRESS].count; k++) closing = fmax(closing, m->closing[0][k]);
    sink(m, 2 * closing);
    find_closings(m, p, m->dy);
    for (int k = 0; k < m->kind[PRESS].count; k++)
        if (m->closing[0][k] > 0) return -INFINITY;
    for (int e = 0; e < s->sides; e++) work = fmax(work, work_of(p->side + e, m->dy));
    for (int b = 0; b < s->bricks; b++) {
        bound += s->weight[b] * m->dy[b];
        weight += s->weight[b];
    }
    return bound - work * SIDES * weight;
}

/* After `close_nothing`: by how much the pulls below a brick open, beyond the cost of each. */
static double opening_of(const Method *m, int brick) {
    double opening = 0;
    for (int k = LANES * block_of(m, m->all, brick); k < LANES * block_of(m, m->all, brick + 1); k++)
        opening += fmax(0, -m->closing[1][k] - m->all_cost[k]);
    return opening;
}

/* x of every kind, moved as little as brings all into balance, to `sum_x`. */
static void balance_copy(Method *m) {
    measure_primal(m);
    for (int k = 0; k < KINDS; k++) {
        Kind *kind = m->kind + k;
        memset(kind->push, 0, (size_t)kind->count * sizeof(double));
        memset(kind->off, 0, (size_t)kind->count * sizeof(double));
    }
    memset(m->room_off, 0, (size_t)m->kind[ROOM].count * sizeof(double));
    solve_step(m);
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < m->kind[k].count; i++)
            m->kind[k].sum_x[i] = m->kind[k].x[i] + m->kind[k].dx[i];
}

/* What the forces of `balance_copy` cost; infinite where one is below 0 or not all is in balance. */
static double cost_of_copy(Method *m) {
    const Program *p = m->program;
    const double *pull = m->kind[PULL].sum_x;
    double *forces[KINDS], cost = 0, missed = 0, dearest = 0;
    for (int k = 0; k < KINDS; k++) {
        forces[k] = m->kind[k].sum_x;
        for (int i = 0; k != ROOM && k != MOST && i < m->kind[k].count; i++)
            if (forces[k][i] < 0) return INFINITY;
    }
    for (int g = 0; g < m->groups; g++) {
        double most = 0;
        for (int k = LANES * block_of(m, p, g); k < LANES * block_of(m, p, g + 1); k++) {
            most = fmax(most, pull[k]);
            if (pull[k] > 0) cost += m->pull_cost[k] < NEVER ? m->pull_cost[k] * pull[k] : INFINITY;
        }
        cost += m->costs->max_pull[g] * most;
    }
    memset(m->rhs, 0, (size_t)(p->rows + 1) * sizeof(double));
    memcpy(m->rhs, p->scene->weight, (size_t)p->scene->bricks * sizeof(double));
    take_off(m, forces, m->rhs);
    for (int r = 0; r < p->rows; r++) missed += fabs(m->rhs[r]);
    for (int i = 0; i < PARTS * p->scene->bricks; i++) dearest = fmax(dearest, m->costs->residual[i]);
    return missed <= MISSED * m->scale ? cost + RESIDUALS * dearest * missed : INFINITY;
}

int surely_stands(Method *m) {
    double share = 1, bound = close_nothing(m);
    for (int b = 0; b < m->groups; b++)
        share = fmin(share, m->costs->max_pull[b] / fmax(opening_of(m, b), m->costs->max_pull[b]));
    if (share < NEARLY_ALL || !isfinite(bound)) return 0;
    double gap = gap_that_tells(m, m->dy);
    balance_copy(m);
    double cost = cost_of_copy(m);
    /* So much of the motion opens no pull too far. */
    return cost - share * bound <= gap && cost <= cost_that_holds(m);
}

int surely_falls(Method *m) {
    const Program *p = m->all;
    const Scene *s = p->scene;
    double bound = close_nothing(m), nothing = 0;
    for (int b = 0; b < s->bricks; b++) {
        bound -= m->costs->holds * fmax(0, opening_of(m, b) - m->costs->max_pull[b]);
        nothing += s->weight[b] * m->costs->residual[PARTS * b + V];
    }
    for (int i = 0; i < PARTS * s->bricks; i++)
        bound -= not_counted(i) *
                 fmax(0, fabs(turn_of(p->turn + i, m->dy)) - m->costs->residual[i]);
    return MARGIN * bound > nothing;
}
