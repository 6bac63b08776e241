/* How far the method is: what its forces leave out of balance, what its motion breaks. */
#include "method.h"

#include <string.h>

MANY void find_closings(Method *m, const double *y) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    double *press = m->closing[0], *pull = m->closing[1];
    for (int c = 0; c < s->contacts; c++) {
        double phi[3];
        closing_of(p->contact + c, y, phi);
        for (int k = s->press_start[c]; k < s->press_start[c + 1]; k++)
            press[k] = phi[0] + phi[1] * p->press_x[k] + phi[2] * p->press_y[k];
        for (int k = s->pull_start[c]; k < s->pull_start[c + 1]; k++)
            pull[k] = phi[0] + phi[1] * p->pull_x[k] + phi[2] * p->pull_y[k];
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

MANY void measure_dual(Method *m) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    Kind *press = m->kind + PRESS, *pull = m->kind + PULL, *room = m->kind + ROOM;
    Kind *plus = m->kind + PLUS, *minus = m->kind + MINUS, *side = m->kind + SIDE;
    find_closings(m, m->y);
    for (int k = 0; k < press->count; k++) press->off[k] = -m->closing[0][k] - press->s[k];
    for (int k = 0; k < pull->count; k++)
        pull->off[k] = m->costs->pull[k] + m->closing[1][k] + room->s[k] - pull->s[k];
    for (int i = 0; i < plus->count; i++) {
        double turn = turn_of(p->turn + i, m->y), cost = m->costs->residual[i];
        plus->off[i] = cost - turn - plus->s[i];
        minus->off[i] = cost + turn - minus->s[i];
    }
    for (int e = 0; e < s->sides; e++)
        side->off[e] = p->side[e].count ? -work_of(p->side + e, m->y) - side->s[e] : 0;
    for (int g = 0; g < m->groups; g++) {
        double rest = m->costs->max_pull[g] - m->kind[MOST].s[g];
        for (int k = m->group_start[g]; k < m->group_start[g + 1]; k++) rest -= room->s[k];
        if (m->kind[SPARE].count) rest += m->kind[SPARE].s[g];
        m->kind[MOST].off[g] = m->group_start[g] < m->group_start[g + 1] ? rest : 0;
    }
    m->dual_error = 0;
    for (int k = 0; k < KINDS; k++)
        m->dual_error = larger(m->dual_error, largest(m->kind[k].off, m->kind[k].count));
}

MANY void take_off(const Method *m, double *const of[KINDS], double *rows) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    const double *press = of[PRESS], *pull = of[PULL];
    for (int c = 0; c < s->contacts; c++) {
        double sum = 0, x = 0, y = 0;
        for (int k = s->press_start[c]; k < s->press_start[c + 1]; k++)
            sum -= press[k], x -= press[k] * p->press_x[k], y -= press[k] * p->press_y[k];
        for (int k = s->pull_start[c]; k < s->pull_start[c + 1]; k++)
            sum += pull[k], x += pull[k] * p->pull_x[k], y += pull[k] * p->pull_y[k];
        double moments[3] = {sum, x, y};
        press_on(p->contact + c, moments, rows);
    }
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
        for (int k = m->group_start[g]; k < m->group_start[g + 1]; k++)
            m->room_off[k] = kind[MOST].x[g] - kind[PULL].x[k] - kind[ROOM].x[k];
    m->bound = product(s->weight, m->y, s->bricks);
    m->objective = product(m->costs->max_pull, kind[MOST].x, m->groups) +
                   product(m->costs->pull, kind[PULL].x, kind[PULL].count) +
                   product(m->costs->residual, kind[PLUS].x, kind[PLUS].count) +
                   product(m->costs->residual, kind[MINUS].x, kind[MINUS].count);
    for (int g = 0; g < kind[SPARE].count; g++) {
        m->spare_off[g] = m->costs->cap[g] - kind[MOST].x[g] - kind[SPARE].x[g];
        m->bound -= m->costs->cap[g] * kind[SPARE].s[g];
    }
    m->gap = 0;
    for (int k = 0; k < KINDS; k++) m->gap += product(kind[k].x, kind[k].s, kind[k].count);
}
