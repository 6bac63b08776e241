/* The matrix of a step: sum over all columns of theta times the column times its transpose.

What a pull and its room do together has, with h = 1 / (theta_f + theta_g) and u = theta_f h, the
weight u theta_g; and all pulls below a brick share one more column, sum of u_k a_k, of weight
1 / (1 / theta_m + 1 / theta_l + sum h). Of each contact only six moments of the weights over its points enter. */
#include "method.h"

#include <math.h>
#include <string.h>

/* Any theta near x / s will do, if only it is the same everywhere. */
MANY void weigh(Method *m) {
    for (int k = 0; k < KINDS; k++) {
        const double *x = m->kind[k].x, *s = m->kind[k].s;
        double *theta = m->kind[k].theta, pays = k < ROOM ? m->care.proximal : 0;
        for (int i = 0; i < m->kind[k].count; i++)
            theta[i] = x[i] > 0 ? (float)x[i] / (float)(s[i] + pays * x[i]) : 0;
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
        int to = block_of(m, m->program, g + 1);
        Lanes all = {0};
        for (int k = block_of(m, m->program, g); k < to; k++) all += lanes(m->stiff)[k];
        double most = m->kind[MOST].theta[g], sum = sum_of(all);
        if (m->kind[SPARE].count) {
            double spare = m->kind[SPARE].theta[g];
            sum = spare > 0 ? sum + 1 / spare : INFINITY;
        }
        m->most_weight[g] = most > 0 ? 1 / (1 / most + sum) : 0;
    }
}

/* Weights over the points of a contact: their sum and moments up to the second. */
typedef struct {
    Moments first;
    Lanes xx, xy, yy;
} Weights;

PART void add_weights(Weights *weights, Lanes weight, Lanes x, Lanes y) {
    Lanes by_x = weight * x, by_y = weight * y;
    weights->first.sum += weight, weights->first.x += by_x, weights->first.y += by_y;
    weights->xx += by_x * x, weights->xy += by_x * y, weights->yy += by_y * y;
}

/* What the points of a contact add to the matrix, and their pulls to the shared column. */
PART void add_contact(Method *m, int c, double *value, double *column) {
    const Program *p = m->program;
    const Rows *part = p->contact[c].part;
    const int *index = p->contact_index + ROWS * c, *place = p->contact_place + PAIRS * c;
    const Lanes *press = lanes(m->kind[PRESS].theta), *room = lanes(m->kind[ROOM].theta);
    Weights weights = {0};
    Moments shares = {0};
    for (int k = p->press_block[c]; k < p->press_block[c + 1]; k++)
        add_weights(&weights, press[k], p->press_x[k], p->press_y[k]);
    for (int k = p->pull_block[c]; k < p->pull_block[c + 1]; k++) {
        Lanes share = lanes(m->share)[k];
        add_weights(&weights, share * room[k], p->pull_x[k], p->pull_y[k]);
        add_forces(&shares, share, p->pull_x[k], p->pull_y[k]);
    }
    double w0 = sum_of(weights.first.sum), wx = sum_of(weights.first.x);
    double wy = sum_of(weights.first.y), wxx = sum_of(weights.xx);
    double wxy = sum_of(weights.xy), wyy = sum_of(weights.yy);
    Rows v0 = part[0] * w0 + part[1] * wx + part[2] * wy;
    Rows v1 = part[0] * wx + part[1] * wxx + part[2] * wxy;
    Rows v2 = part[0] * wy + part[1] * wxy + part[2] * wyy;
    for (int i = 0; i < p->contact[c].count; i++) {
        Rows row = v0[i] * part[0] + v1[i] * part[1] + v2[i] * part[2];
        for (int j = 0; j <= i; j++) value[*place++] += row[j];
    }
    if (!column) return;
    Rows shared = part[0] * sum_of(shares.sum) + part[1] * sum_of(shares.x) +
                   part[2] * sum_of(shares.y);
    for (int i = 0; i < ROWS; i++) column[index[i]] += shared[i];
}

PART void add_entry(double *value, const int *place, int i, int j, double entry) {
    value[place[i > j ? i * (i + 1) / 2 + j : j * (j + 1) / 2 + i]] += entry;
}

PART void add_residuals(Method *m, int b, double *value) {
    const Program *p = m->program;
    const int *own = p->own_index + 5 * b, *place = p->place + p->place_start[b];
    double w[PARTS];
    for (int part = 0; part < PARTS; part++)
        w[part] = m->kind[PLUS].theta[PARTS * b + part] + m->kind[MINUS].theta[PARTS * b + part];
    add_entry(value, place, own[0], own[0], w[V]);
    for (int axis = 0; axis < 2; axis++) {
        int above = own[1 + 2 * axis], below = own[2 + 2 * axis];
        double tilt = w[axis ? T1 : T2], shift = w[axis ? FY : FX] * HALF_HEIGHT * HALF_HEIGHT;
        if (above >= 0) add_entry(value, place, above, above, tilt + shift);
        if (below >= 0) add_entry(value, place, below, below, tilt + shift);
        if (above >= 0 && below >= 0) add_entry(value, place, above, below, shift - tilt);
    }
}

/* What a brick's largest pull adds, from the column that its pulls share. */
PART void add_shared(const Method *m, int b, double *value) {
    const Program *p = m->program;
    const int *place = p->place + p->place_start[b];
    int width = p->clique_start[b + 1] - p->clique_start[b];
    for (int i = 0; i < width; i++) {
        double factor = m->shared[i] * m->most_weight[b];
        for (int j = 0; j <= i; j++) value[*place++] += factor * m->shared[j];
    }
}

/* The column of all pulls together touches every row, so it stays out of the factors. */
static void share_among_all(Method *m) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    size_t size = (size_t)(p->rows + 1) * sizeof(double);
    memset(m->common, 0, size);
    for (int c = 0; c < s->contacts; c++) {
        Moments moments = {0};
        for (int k = p->pull_block[c]; k < p->pull_block[c + 1]; k++)
            add_forces(&moments, lanes(m->share)[k], p->pull_x[k], p->pull_y[k]);
        press_on(p->contact + c, &moments, m->load);
    }
    hand_to_rows(p, m->load, m->common);
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
    memset(value, 0, (size_t)p->factor.entries * sizeof(double));
    for (int b = 0; b < s->bricks; b++) {
        int shares = !is_shared(m) && m->most_weight[b] > 0;
        int width = p->clique_start[b + 1] - p->clique_start[b];
        if (shares) memset(m->shared, 0, (size_t)width * sizeof(double));
        for (int c = p->first[b]; c < p->first[b + 1]; c++)
            add_contact(m, c, value, shares ? m->shared : NULL);
        if (shares) add_shared(m, b, value);
        if (m->kind[PLUS].count) add_residuals(m, b, value);
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
    for (int r = 0; r < p->rows; r++) value[p->factor.diagonal_place[r]] += m->care.nudge;
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
