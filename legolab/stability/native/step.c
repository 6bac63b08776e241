/* A step: each unknown makes a push of its own, the motion balances what is left.

With dy known, for a press  dn = push + theta dphi,  and for a pull, its room and the largest pull
    dz = h (push_f + push_g - room_off - dm - theta_f dphi)
    df = push_f - theta_f (dphi + dz),   dg = push_g - theta_g dz
    dm = (push_m / theta_m + sum h (push_f + push_g - room_off) - sum u dphi
          - (push_l - spare_off) / theta_l) weight_m
    dv = (push_l - spare_off + dm) / theta_l,   dl = push_l - theta_l dv
where l is what a cap leaves to the largest pull m, and v its reduced cost. */
#include "method.h"

#include <math.h>
#include <string.h>

static const int CORRECTIONS = 2;

MANY void push(Method *m, Aim aim, double centre) {
    for (int k = 0; k < KINDS; k++) {
        const Kind *kind = m->kind + k;
        const double *x = kind->x, *s = kind->s, *dx = kind->dx, *ds = kind->ds;
        const double *theta = kind->theta, *off = kind->off;
        double *pushed = kind->push;
        if (aim == AS_IS)
            for (int i = 0; i < kind->count; i++) pushed[i] = -theta[i] * off[i];
        else if (aim == NOTHING)
            for (int i = 0; i < kind->count; i++) pushed[i] = -theta[i] * (s[i] + off[i]);
        else
            for (int i = 0; i < kind->count; i++) {
                double toward = x[i] > 0 ? (centre - dx[i] * ds[i]) / x[i] : 0;
                pushed[i] = theta[i] * (toward - s[i] - off[i]);
            }
    }
}

/* rhs: what is left to balance once every unknown has made its push. */
MANY static void sum_up(Method *m) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    Kind *kind = m->kind;
    const Lanes *press = lanes(kind[PRESS].push), *pull = lanes(kind[PULL].push);
    const Lanes *room = lanes(kind[ROOM].push), *room_off = lanes(m->room_off);
    memcpy(m->rhs, m->lack, (size_t)p->rows * sizeof(double));
    for (int g = 0; g < m->groups; g++) {
        int to = block_of(m, p, g + 1);
        Lanes sum = {0};
        for (int k = block_of(m, p, g); k < to; k++)
            sum += lanes(m->stiff)[k] * (pull[k] + room[k] - room_off[k]);
        double most = kind[MOST].theta[g];
        m->most_push[g] =
            most > 0 ? m->most_weight[g] * (kind[MOST].push[g] / most + sum_of(sum)) : 0;
        if (!kind[SPARE].count) continue;
        double theta = kind[SPARE].theta[g], off = kind[SPARE].push[g] - m->spare_off[g];
        if (theta > 0) m->most_push[g] -= m->most_weight[g] * off / theta;
        else m->most_push[g] = m->spare_off[g]; /* at its cap */
    }
    for (int c = 0; c < s->contacts; c++) {
        Lanes most = in_lanes(m->most_push[is_shared(m) ? 0 : s->top[c]]);
        Moments moments = {0};
        for (int k = p->press_block[c]; k < p->press_block[c + 1]; k++)
            add_forces(&moments, -press[k], p->press_x[k], p->press_y[k]);
        for (int k = p->pull_block[c]; k < p->pull_block[c + 1]; k++) {
            Lanes rest = most + room_off[k] - room[k] - pull[k];
            add_forces(&moments, pull[k] + lanes(m->share)[k] * rest, p->pull_x[k], p->pull_y[k]);
        }
        press_on(p->contact + c, &moments, m->load);
    }
    hand_to_rows(p, m->load, m->rhs);
    for (int e = 0; e < s->sides; e++)
        for (int i = 0; i < p->side[e].count; i++)
            m->rhs[p->side[e].row[i]] -= p->side[e].part[i] * kind[SIDE].push[e];
    for (int i = 0; i < kind[PLUS].count; i++)
        turn_by(p->turn + i, kind[MINUS].push[i] - kind[PLUS].push[i], m->rhs);
}

MANY static void step_pulls(Method *m) {
    Kind *pull = m->kind + PULL, *room = m->kind + ROOM, *most = m->kind + MOST;
    Kind *spare = m->kind + SPARE;
    const Lanes *closing = lanes(m->closing[1]), *share = lanes(m->share);
    const Lanes *stiff = lanes(m->stiff), *room_off = lanes(m->room_off), *off = lanes(pull->off);
    const Lanes *pull_push = lanes(pull->push), *room_push = lanes(room->push);
    const Lanes *pull_theta = lanes(pull->theta), *room_theta = lanes(room->theta);
    Lanes *pull_dx = new_lanes(pull->dx), *pull_ds = new_lanes(pull->ds);
    Lanes *room_dx = new_lanes(room->dx), *room_ds = new_lanes(room->ds);
    for (int g = 0; g < m->groups; g++) {
        int from = block_of(m, m->program, g), to = block_of(m, m->program, g + 1);
        Lanes sum = {0}, turns = {0};
        for (int k = from; k < to; k++) sum += share[k] * closing[k];
        double dm = most->dx[g] = m->most_push[g] - m->most_weight[g] * sum_of(sum);
        for (int k = from; k < to; k++) {
            Lanes pushed = pull_push[k] + room_push[k] - room_off[k];
            Lanes dz = stiff[k] * (pushed - dm - pull_theta[k] * closing[k]);
            Lanes both = closing[k] + dz, df = pull_push[k] - pull_theta[k] * both;
            room_ds[k] = dz;
            room_dx[k] = room_push[k] - room_theta[k] * dz;
            pull_dx[k] = df;
            pull_ds[k] = off[k] + both + m->care.proximal * df;
            turns += dz;
        }
        double turned = sum_of(turns);
        most->ds[g] = from < to ? most->off[g] - turned : 0;
        if (!spare->count) continue;
        double theta = spare->theta[g], dv = turned - most->off[g];
        if (theta > 0) dv = (spare->push[g] - m->spare_off[g] + dm) / theta;
        spare->ds[g] = dv;
        spare->dx[g] = spare->push[g] - theta * dv;
        most->ds[g] += from < to ? dv : 0;
    }
}

/* The step of everything, from dy. */
MANY static void follow(Method *m) {
    const Program *p = m->program;
    Kind *press = m->kind + PRESS, *side = m->kind + SIDE;
    Kind *plus = m->kind + PLUS, *minus = m->kind + MINUS;
    find_closings(m, p, m->dy);
    for (int k = 0; k < press->count; k++) {
        double closing = m->closing[0][k], dx = press->push[k] + press->theta[k] * closing;
        press->dx[k] = dx;
        press->ds[k] = press->off[k] - closing + m->care.proximal * dx;
    }
    step_pulls(m);
    for (int i = 0; i < plus->count; i++) {
        double turn = turn_of(p->turn + i, m->dy);
        plus->dx[i] = plus->push[i] + plus->theta[i] * turn;
        plus->ds[i] = plus->off[i] - turn + m->care.proximal * plus->dx[i];
        minus->dx[i] = minus->push[i] - minus->theta[i] * turn;
        minus->ds[i] = minus->off[i] + turn + m->care.proximal * minus->dx[i];
    }
    for (int e = 0; e < side->count; e++) {
        if (!p->side[e].count) continue;
        double work = work_of(p->side + e, m->dy);
        side->dx[e] = side->push[e] + side->theta[e] * work;
        side->ds[e] = side->off[e] - work + m->care.proximal * side->dx[e];
    }
}

void solve_step(Method *m) {
    const Program *p = m->program;
    sum_up(m);
    memcpy(m->dy, m->rhs, (size_t)p->rows * sizeof(double));
    solve_rows(m, m->dy);
    follow(m);
}

MANY static void add(double *to, const double *from, int count) {
    for (int i = 0; i < count; i++) to[i] += from[i];
}

/* A force may be a large weight times a small motion, so corrections are added up as forces and
not as motions. */
void refine_step(Method *m) {
    const Program *p = m->program;
    Kind *kind = m->kind;
    double *steps[KINDS], before = INFINITY;
    for (int k = 0; k < KINDS; k++) {
        steps[k] = kind[k].sum_x;
        memset(kind[k].sum_x, 0, (size_t)kind[k].count * sizeof(double));
        memset(kind[k].sum_s, 0, (size_t)kind[k].count * sizeof(double));
    }
    memset(m->sum_y, 0, (size_t)(p->rows + 1) * sizeof(double));
    for (int round = 0;; round++) {
        for (int k = 0; k < KINDS; k++) {
            add(kind[k].sum_x, kind[k].dx, kind[k].count);
            add(kind[k].sum_s, kind[k].ds, kind[k].count);
        }
        add(m->sum_y, m->dy, p->rows);
        memcpy(m->dy, m->lack, (size_t)p->rows * sizeof(double));
        take_off(m, steps, m->dy);
        double left = 0;
        for (int r = 0; r < p->rows; r++) left = larger(left, m->dy[r]);
        if (left <= EXACTLY * m->scale || left > 0.5 * before || round == CORRECTIONS) break;
        before = left;
        for (int k = 0; k < KINDS; k++) {
            memset(kind[k].push, 0, (size_t)kind[k].count * sizeof(double));
            memset(kind[k].off, 0, (size_t)kind[k].count * sizeof(double));
        }
        memset(m->room_off, 0, (size_t)kind[PULL].count * sizeof(double));
        memset(m->spare_off, 0, (size_t)m->groups * sizeof(double));
        memset(m->most_push, 0, (size_t)m->groups * sizeof(double));
        solve_rows(m, m->dy);
        m->dy[p->rows] = 0;
        follow(m);
    }
    for (int k = 0; k < KINDS; k++) {
        memcpy(kind[k].dx, kind[k].sum_x, (size_t)kind[k].count * sizeof(double));
        memcpy(kind[k].ds, kind[k].sum_s, (size_t)kind[k].count * sizeof(double));
    }
    memcpy(m->dy, m->sum_y, (size_t)(p->rows + 1) * sizeof(double));
}
