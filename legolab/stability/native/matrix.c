/* The matrix of a step: sum over all columns of theta times the column times its transpose.

What a pull and its room do together has, with h = 1 / (theta_f + theta_g) and u = theta_f h, the
weight u theta_g; and all pulls below a brick share one more column, sum of u_k a_k, of weight
1 / (1 / theta_m + 1 / theta_l + sum h). Of each contact only six moments of the weights over its points enter. */
#include "method.h"

#include <math.h>
#include <string.h>

/* Largest pulls, and what is left to them, are weighed as they are. */
static const double PAYS[KINDS] = {PROXIMAL, PROXIMAL, PROXIMAL, PROXIMAL, PROXIMAL, 0, 0, 0};
/* Added to the diagonal: it keeps motions small that nothing asks for. */
static const double NUDGE = 1e-8;

MANY void weigh(Method *m) {
    for (int k = 0; k < KINDS; k++) {
        const double *x = m->kind[k].x, *s = m->kind[k].s;
        double *theta = m->kind[k].theta;
        for (int i = 0; i < m->kind[k].count; i++) theta[i] = x[i] / (s[i] + PAYS[k] * x[i]);
    }
}

MANY static void share_pulls(Method *m) {
    const double *pull = m->kind[PULL].theta, *room = m->kind[ROOM].theta;
    for (int k = 0; k < m->kind[PULL].count; k++) {
        double both = pull[k] + room[k];
        double stiff = both > 0 ? 1 / both : 0;
        m->stiff[k] = stiff;
        m->share[k] = pull[k] * stiff;
    }
    for (int g = 0; g < m->groups; g++) {
        double most = m->kind[MOST].theta[g], sum = 0;
        for (int k = m->group_start[g]; k < m->group_start[g + 1]; k++) sum += m->stiff[k];
        if (m->kind[SPARE].count) {
            double spare = m->kind[SPARE].theta[g];
            sum = spare > 0 ? sum + 1 / spare : INFINITY;
        }
        m->most_weight[g] = most > 0 ? 1 / (1 / most + sum) : 0;
    }
}

static inline void add_entry(double *dense, int i, int j, double value) {
    dense[i > j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i] += value;
}

/* What the points of a contact add to the clique of the brick on top. */
static inline void add_contact(Method *m, int c) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    const Contact *contact = p->contact + c;
    const int *index = p->contact_index + MOST_ROWS * c;
    const double *press = m->kind[PRESS].theta, *room = m->kind[ROOM].theta;
    double w0 = 0, wx = 0, wy = 0, wxx = 0, wxy = 0, wyy = 0, u0 = 0, ux = 0, uy = 0;
    for (int k = s->press_start[c]; k < s->press_start[c + 1]; k++) {
        double x = p->press_x[k], y = p->press_y[k], w = press[k];
        w0 += w, wx += w * x, wy += w * y, wxx += w * x * x, wxy += w * x * y, wyy += w * y * y;
    }
    for (int k = s->pull_start[c]; k < s->pull_start[c + 1]; k++) {
        double x = p->pull_x[k], y = p->pull_y[k], u = m->share[k], w = u * room[k];
        w0 += w, wx += w * x, wy += w * y, wxx += w * x * x, wxy += w * x * y, wyy += w * y * y;
        u0 += u, ux += u * x, uy += u * y;
    }
    for (int i = 0; i < contact->count; i++) {
        double a = contact->part[0][i], b = contact->part[1][i], d = contact->part[2][i];
        double v0 = a * w0 + b * wx + d * wy;
        double v1 = a * wx + b * wxx + d * wxy;
        double v2 = a * wy + b * wxy + d * wyy;
        m->shared[index[i]] += a * u0 + b * ux + d * uy;
        for (int j = 0; j <= i; j++)
            add_entry(m->dense, index[i], index[j],
                      v0 * contact->part[0][j] + v1 * contact->part[1][j] +
                          v2 * contact->part[2][j]);
    }
}

static void add_residuals(Method *m, int b) {
    if (!m->kind[PLUS].count) return;
    const int *own = m->program->own_index + 5 * b;
    double w[PARTS];
    for (int part = 0; part < PARTS; part++)
        w[part] = m->kind[PLUS].theta[PARTS * b + part] + m->kind[MINUS].theta[PARTS * b + part];
    add_entry(m->dense, own[0], own[0], w[V]);
    for (int axis = 0; axis < 2; axis++) {
        int above = own[1 + 2 * axis], below = own[2 + 2 * axis];
        double tilt = w[axis ? T1 : T2], shift = w[axis ? FY : FX] * HALF_HEIGHT * HALF_HEIGHT;
        if (above >= 0) add_entry(m->dense, above, above, tilt + shift);
        if (below >= 0) add_entry(m->dense, below, below, tilt + shift);
        if (above >= 0 && below >= 0) add_entry(m->dense, above, below, shift - tilt);
    }
}

/* The column of all pulls together touches every row, so it stays out of the factors. */
static void share_among_all(Method *m) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    size_t size = (size_t)(p->rows + 1) * sizeof(double);
    memset(m->common, 0, size);
    for (int c = 0; c < s->contacts; c++) {
        double moments[3] = {0, 0, 0};
        for (int k = s->pull_start[c]; k < s->pull_start[c + 1]; k++) {
            double u = m->share[k];
            moments[0] += u, moments[1] += u * p->pull_x[k], moments[2] += u * p->pull_y[k];
        }
        press_on(p->contact + c, moments, m->common);
    }
    memcpy(m->answer, m->common, size);
    factor_solve(&p->factor, m->answer, m->scratch);
    double along = 0;
    for (int r = 0; r < p->rows; r++) along += m->common[r] * m->answer[r];
    m->common_share = m->most_weight[0] / (1 + m->most_weight[0] * along);
}

MANY void assemble(Method *m, double nothing) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    double *value = p->factor.value;
    share_pulls(m);
    memset(value, 0, (size_t)p->factor.start[p->rows] * sizeof(double));
    for (int b = 0; b < s->bricks; b++) {
        int width = p->clique_start[b + 1] - p->clique_start[b];
        int entries = width * (width + 1) / 2;
        const int *place = p->place + p->place_start[b];
        memset(m->dense, 0, (size_t)entries * sizeof(double));
        memset(m->shared, 0, (size_t)width * sizeof(double));
        for (int c = p->first[b]; c < p->first[b + 1]; c++) add_contact(m, c);
        add_residuals(m, b);
        for (int i = 0, at = 0; i < width; i++) {
            double factor = is_shared(m) ? 0 : m->shared[i] * m->most_weight[b];
            for (int j = 0; j <= i; j++, at++)
                value[place[at]] += m->dense[at] + factor * m->shared[j];
        }
    }
    for (int e = 0; e < s->sides; e++) {
        const Side *side = p->side + e;
        const int *place = p->place + p->place_start[s->bricks + e];
        if (!side->count) continue;
        double w = side->part[0] * side->part[0] * m->kind[SIDE].theta[e];
        value[place[0]] += w;
        if (side->count == 1) continue;
        value[place[1]] -= w;
        value[place[2]] += w;
    }
    for (int r = 0; r < p->rows; r++) value[p->factor.start[r]] += NUDGE;
    factor((Factor *)&p->factor, nothing);
    if (is_shared(m)) share_among_all(m);
}

/* With w the weight of the common column c, and v = N^-1 c (Sherman and Morrison 1950):
(N + w c c^T)^-1 h = N^-1 h - v w (c . N^-1 h) / (1 + w c . v). */
void solve_rows(Method *m, double *x) {
    const Program *p = m->program;
    factor_solve(&p->factor, x, m->scratch);
    if (!is_shared(m)) return;
    double along = 0;
    for (int r = 0; r < p->rows; r++) along += m->common[r] * x[r];
    for (int r = 0; r < p->rows; r++) x[r] -= m->common_share * along * m->answer[r];
}
