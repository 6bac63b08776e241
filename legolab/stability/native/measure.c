/* How far the method is: what its forces leave out of balance, what its motion breaks. */
#include "method.h"

#include <math.h>
#include <string.h>

MANY void find_closings(Method *m, const Program *p, const double *y) {
    const Scene *s = p->scene;
    Lanes *press = new_lanes(m->closing[0]), *pull = new_lanes(m->closing[1]);
    move_bricks(p, y, m->motion);
    for (int c = 0; c < s->contacts; c++) {
        double phi[3];
        closing_of(p->contact + c, m->motion, phi);
        Lanes c0 = in_lanes(phi[0]), c1 = in_lanes(phi[1]), c2 = in_lanes(phi[2]);
        for (int k = p->press_block[c]; k < p->press_block[c + 1]; k++)
            press[k] = c0 + c1 * p->press_x[k] + c2 * p->press_y[k];
        for (int k = p->pull_block[c]; k < p->pull_block[c + 1]; k++)
            pull[k] = c0 + c1 * p->pull_x[k] + c2 * p->pull_y[k];
    }
}

MANY static double largest(const double *items, int count) {
    double worst = 0;
#pragma omp simd reduction(max : worst)
    for (int i = 0; i < count; i++) {
        double size = items[i] < 0 ? -items[i] : items[i];
        worst = size > worst ? size : worst;
    }
    return worst;
}

/* Of the pulls: where there is no point there is room for nothing. */
MANY static double largest_where(const double *items, const double *cost, int count) {
    double worst = 0;
#pragma omp simd reduction(max : worst)
    for (int i = 0; i < count; i++) {
        double size = items[i] < 0 ? -items[i] : items[i];
        worst = size > worst && cost[i] < NEVER ? size : worst;
    }
    return worst;
}

MANY void measure_dual(Method *m) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    Kind *press = m->kind + PRESS, *pull = m->kind + PULL, *room = m->kind + ROOM;
    Kind *plus = m->kind + PLUS, *minus = m->kind + MINUS, *side = m->kind + SIDE;
    find_closings(m, p, m->y);
    for (int k = 0; k < press->count; k++) press->off[k] = -m->closing[0][k] - press->s[k];
    for (int k = 0; k < pull->count; k++)
        pull->off[k] = m->pull_cost[k] + m->closing[1][k] + room->s[k] - pull->s[k];
    for (int i = 0; i < plus->count; i++) {
        double turn = turn_of(p->turn + i, m->y), cost = m->costs->residual[i];
        plus->off[i] = cost - turn - plus->s[i];
        minus->off[i] = cost + turn - minus->s[i];
    }
    for (int e = 0; e < s->sides; e++)
        side->off[e] = p->side[e].count ? -work_of(p->side + e, m->y) - side->s[e] : 0;
    for (int g = 0; g < m->groups; g++) {
        int to = block_of(m, p, g + 1);
        Lanes all = {0};
        for (int k = block_of(m, p, g); k < to; k++) all += lanes(room->s)[k];
        double rest = m->costs->max_pull[g] - m->kind[MOST].s[g] - sum_of(all);
        if (m->kind[SPARE].count) rest += m->kind[SPARE].s[g];
        m->kind[MOST].off[g] = m->group_size[g] ? rest : 0;
    }
}

MANY void take_off(const Method *m, double *const of[KINDS], double *rows) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    const Lanes *press = lanes(of[PRESS]), *pull = lanes(of[PULL]);
    for (int c = 0; c < s->contacts; c++) {
        Moments moments = {0};
        for (int k = p->press_block[c]; k < p->press_block[c + 1]; k++)
            add_forces(&moments, -press[k], p->press_x[k], p->press_y[k]);
        for (int k = p->pull_block[c]; k < p->pull_block[c + 1]; k++)
            add_forces(&moments, pull[k], p->pull_x[k], p->pull_y[k]);
        press_on(p->contact + c, &moments, m->load);
    }
    hand_to_rows(p, m->load, rows);
    for (int e = 0; e < s->sides; e++)
        for (int i = 0; i < p->side[e].count; i++)
            rows[p->side[e].row[i]] -= p->side[e].part[i] * of[SIDE][e];
    for (int i = 0; i < m->kind[PLUS].count; i++)
        turn_by(p->turn + i, of[MINUS][i] - of[PLUS][i], rows);
}

MANY static double product(const double *a, const double *b, int count) {
    double sum = 0;
#pragma omp simd reduction(+ : sum)
    for (int i = 0; i < count; i++) sum += a[i] * b[i];
    return sum;
}

MANY void measure_gap(Method *m) {
    const Scene *s = m->program->scene;
    Kind *kind = m->kind;
    m->bound = product(s->weight, m->y, s->bricks);
    if (kind[SPARE].count) m->bound -= product(m->costs->cap, kind[SPARE].s, kind[SPARE].count);
    m->gap = 0;
    for (int k = 0; k < KINDS; k++) m->gap += product(kind[k].x, kind[k].s, kind[k].count);
}

MANY void measure_primal(Method *m) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    Kind *kind = m->kind;
    double *forces[KINDS];
    for (int k = 0; k < KINDS; k++) forces[k] = kind[k].x;
    memset(m->lack, 0, (size_t)(p->rows + 1) * sizeof(double));
    memcpy(m->lack, s->weight, (size_t)s->bricks * sizeof(double));
    take_off(m, forces, m->lack);
    m->primal_error = largest(m->lack, p->rows);
    for (int g = 0; g < m->groups; g++)
        for (int k = block_of(m, p, g), to = block_of(m, p, g + 1); k < to; k++)
            new_lanes(m->room_off)[k] =
                kind[MOST].x[g] - lanes(kind[PULL].x)[k] - lanes(kind[ROOM].x)[k];
    for (int g = 0; g < kind[SPARE].count; g++)
        m->spare_off[g] = m->costs->cap[g] - kind[MOST].x[g] - kind[SPARE].x[g];
    m->primal_error = fmax(m->primal_error, largest_where(m->room_off, m->pull_cost, kind[PULL].count));
    m->primal_error = fmax(m->primal_error, largest(m->spare_off, kind[SPARE].count));
}

MANY void measure_cost(Method *m) {
    const Kind *kind = m->kind;
    m->objective = product(m->costs->max_pull, kind[MOST].x, m->groups) +
                   product(m->pull_cost, kind[PULL].x, kind[PULL].count) +
                   product(m->costs->residual, kind[PLUS].x, kind[PLUS].count) +
                   product(m->costs->residual, kind[MINUS].x, kind[MINUS].count);
    measure_gap(m);
}
