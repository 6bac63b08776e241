/* The end of the method: from nearly optimal to the vertex, and its proof. */
#include "method.h"

#include <math.h>
#include <string.h>

static const int MAX_ROUNDS = 12;
static const int MOTION_ROUNDS = 4;
static const double STILL = 1e-14;     /* a change of the motion, of the largest */
static const double TELLING = 0.8;     /* the last step, of 1: shorter ones say little */
static const double HOPELESS = 0.03;   /* of all presses; the most that worked out was 0.021 */
static const double SMALL = 1e-2;      /* value over reduced cost of what is 0 at the end */
static const double DEPENDENT = 1e-12; /* of a diagonal: a pivot that is rounding */
static const double BALANCED = 1e-9;   /* forces, of the largest weight */
static const double NEARLY = 1e-6;     /* likewise: good enough to tell what is below 0 */
static const double CLEARLY = 1e-3;    /* likewise: below 0 by so much it will stay there */
static const double FEASIBLE = 1e-8;   /* reduced costs */
static const double ROUNDED = 1e-15;   /* likewise, of the bound: beside motions as large as that */
static const double LEAST = 1e3;       /* added to an objective that the last digits are counted of */

static void clear(double *items, int count) { memset(items, 0, (size_t)count * sizeof(double)); }

/* Only what is not 0 may change, and all of it alike. */
MANY static void weigh_alike(Method *m) {
    for (int k = 0; k < KINDS; k++) {
        Kind *kind = m->kind + k;
        for (int i = 0; i < kind->count; i++) kind->theta[i] = kind->x[i] > 0;
        clear(kind->off, kind->count);
        clear(kind->push, kind->count);
    }
}

/* Bring the forces that are not 0 into balance, moved as little as that takes, until what is left of
the largest weight is no more than `left`. */
static void balance(Method *m, double left) {
    double before = INFINITY;
    for (int round = 0; round < MAX_ROUNDS; round++) {
        measure_primal(m);
        if (m->primal_error <= left * m->scale || m->primal_error > 0.5 * before) return;
        before = m->primal_error;
        solve_step(m);
        for (int k = 0; k < KINDS; k++)
            for (int i = 0; i < m->kind[k].count; i++) m->kind[k].x[i] += m->kind[k].dx[i];
    }
}

/* How much of all presses is below 0. */
MANY static double pulling_share(const Method *m) {
    const Kind *press = m->kind + PRESS;
    double below = 0, all = 0;
    for (int i = 0; i < press->count; i++) {
        all += fabs(press->x[i]);
        if (press->x[i] < 0) below -= press->x[i];
    }
    return all > 0 ? below / all : 0;
}

/* What presses are below 0 there must be pulls for. */
static void keep_pulling(Method *m) {
    const Program *p = m->program;
    for (int c = 0; c < p->scene->contacts; c++)
        for (int k = LANES * p->press_block[c]; k < LANES * p->press_block[c + 1]; k++)
            m->kept[p->scene->top[c]] |= m->kind[PRESS].x[k] < -BALANCED * m->scale;
}

/* Of all that should not be below 0. */
MANY static double least_force(const Method *m) {
    double least = 0;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < m->kind[k].count; i++)
            least = m->kind[k].x[i] < least ? m->kind[k].x[i] : least;
    return least;
}

/* Put to 0 what is below 0; whether any of it was by more than rounding. */
MANY static int cut_negative(Method *m) {
    int cut = 0;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < m->kind[k].count; i++) {
            double *x = m->kind[k].x + i;
            if (*x >= 0) continue;
            cut |= *x < -BALANCED * m->scale;
            *x = 0;
        }
    return cut;
}

/* Put to 0 what goes to 0: in the last steps either the value shrinks or its reduced cost does (Tapia;
El-Bakry, Tapia and Zhang, SIAM Rev. 36, 1994), long before it is small. After a short step, which
says little, what is small. */
MANY static void drop_forces(Method *m) {
    Kind *pull = m->kind + PULL, *room = m->kind + ROOM;
    int telling = m->last_step > TELLING;
    for (int k = 0; k < KINDS; k++) {
        const Kind *kind = m->kind + k;
        const double *x = kind->x, *s = kind->s, *dx = kind->dx, *ds = kind->ds;
        for (int i = 0; i < kind->count; i++)
            kind->theta[i] = telling ? dx[i] * s[i] > ds[i] * x[i] : x[i] > SMALL * s[i];
    }
    for (int g = 0; g < m->groups; g++) /* a pull or its room is as large as the largest pull */
        for (int k = LANES * block_of(m, m->program, g); k < LANES * block_of(m, m->program, g + 1);
             k++)
            if (m->kind[MOST].theta[g] && !pull->theta[k] && !room->theta[k])
                (pull->x[k] > room->x[k] ? pull : room)->theta[k] = 1;
    for (int k = 0; k < KINDS; k++)
        for (int i = 0; i < m->kind[k].count; i++)
            if (!m->kind[k].theta[i]) m->kind[k].x[i] = 0;
}

/* Forces that are not 0 in exact balance. The optimum is one point, so they determine one another;
what would be negative was small too. hopeless: share of presses below 0, or as much as before, from
which that is given up. */
static int settle_forces(Method *m, double hopeless) {
    for (int attempt = 0; attempt < MAX_ROUNDS; attempt++) {
        weigh_alike(m);
        assemble(m, DEPENDENT);
        balance(m, NEARLY);
        if (m->primal_error > NEARLY * m->scale) return 0; /* and fewer forces cannot either */
        if (hopeless < 1) {
            keep_pulling(m);
            double share = pulling_share(m);
            if (share > hopeless) return 0;
            hopeless = share;
        }
        if (least_force(m) < -CLEARLY * m->scale) {
            cut_negative(m);
            continue;
        }
        balance(m, EXACTLY);
        if (m->primal_error > BALANCED * m->scale) return 0;
        if (!cut_negative(m)) break;
    }
    measure_primal(m);
    measure_cost(m);
    return m->primal_error <= BALANCED * m->scale;
}

/* The motion, moved as little as makes the reduced costs of all forces that act 0. */
static void settle_motion(Method *m) {
    Kind *room = m->kind + ROOM;
    for (int k = 0; k < KINDS; k++) {
        Kind *kind = m->kind + k;
        for (int i = 0; i < kind->count; i++)
            if (kind->theta[i] > 0) kind->s[i] = 0;
    }
    clear(m->room_off, room->count);
    clear(m->spare_off, m->groups);
    clear(m->lack, m->program->rows);
    double before = 0;
    for (int round = 0, is_done = 0; round < MOTION_ROUNDS && !is_done; round++) {
        double most = 0, last = 0;
        measure_dual(m);
        push(m, AS_IS, 0);
        solve_step(m);
        for (int r = 0; r < m->program->rows; r++) {
            m->y[r] += m->dy[r];
            most = larger(most, m->y[r]), last = larger(last, m->dy[r]);
        }
        /* Each round is as much better than the one before it. */
        is_done = last <= STILL * most || last * last <= STILL * most * before;
        before = last;
        for (int k = 0; k < room->count; k++)
            if (room->theta[k] == 0) room->s[k] += room->ds[k];
        for (int g = 0; g < m->kind[SPARE].count; g++)
            if (m->kind[SPARE].theta[g] == 0) m->kind[SPARE].s[g] += m->kind[SPARE].ds[g];
    }
}

/* By how much the motion breaks what it must keep: no closing at a press, no work at a side press,
no turn beyond the cost of a residual, and at the pulls of a group no more opening, beyond the cost
of each, than the cost of the largest; more, where that has a cap, takes the cap off the bound. */
static double broken_by_motion(Method *m) {
    const Program *p = m->all;
    const Scene *s = p->scene;
    double worst = 0;
    find_closings(m, p, m->y);
    for (int k = 0; k < m->kind[PRESS].count; k++) worst = fmax(worst, m->closing[0][k]);
    for (int g = 0; g < m->groups; g++) {
        double opening = -m->costs->max_pull[g];
        for (int k = LANES * block_of(m, p, g); k < LANES * block_of(m, p, g + 1); k++) {
            double over = -m->closing[1][k] - m->all_cost[k];
            opening += over > 0 ? over : 0;
        }
        if (!m->kind[SPARE].count) worst = fmax(worst, opening);
        else m->bound -= fmax(0, opening) * m->costs->cap[g];
    }
    for (int i = 0; m->costs->residual && i < PARTS * s->bricks; i++)
        worst = fmax(worst, fabs(turn_of(p->turn + i, m->y)) - m->costs->residual[i]);
    for (int e = 0; e < s->sides; e++) worst = fmax(worst, work_of(p->side + e, m->y));
    return worst;
}

/* Whether the motion keeps what it must; `bound` is that of y then. */
static int breaks_nothing(Method *m) {
    m->bound = 0;
    for (int b = 0; b < m->program->scene->bricks; b++)
        m->bound += m->program->scene->weight[b] * m->y[b];
    m->dual_error = broken_by_motion(m);
    return m->dual_error <= fmax(FEASIBLE, ROUNDED * fabs(m->bound));
}

static int agree(const Method *m, double objective, double agreed) {
    return fabs(objective - m->bound) <= agreed * (fabs(m->bound) + LEAST);
}

/* With nothing but presses, which cost nothing, no motion is needed for a proof. */
int stands_by_itself(Method *m) {
    memset(m->kept, 0, (size_t)m->all->scene->bricks);
    take_kept_pulls(m);
    for (int k = 0; k < KINDS; k++) {
        Kind *kind = m->kind + k;
        for (int i = 0; i < kind->count; i++) {
            kind->x[i] = k == PRESS || k == SPARE;
            kind->s[i] = !kind->x[i];
        }
    }
    leave_empty(m);
    clear(m->y, m->program->rows + 1);
    if (!settle_forces(m, HOPELESS)) return 0;
    memset(m->kept, 0, (size_t)m->all->scene->bricks); /* rounds before may have kept some */
    m->bound = m->dual_error = 0;
    return 1;
}

int still_best(Method *m, const Costs *costs) {
    take_costs(m, costs);
    measure_cost(m);
    double objective = m->objective;
    if (objective == 0) return 1; /* nothing costs less */
    settle_motion(m);
    m->objective = objective;
    return breaks_nothing(m) && agree(m, objective, PROVED);
}

int settle_as_is(Method *m, double agreed) {
    if (!settle_forces(m, 1)) return 0;
    double objective = m->objective, error = m->primal_error;
    int broken = !breaks_nothing(m), proved = !broken && agree(m, objective, agreed);
    if (!proved) {
        if (!broken && agree(m, objective, allowed(m))) {
            copy_state(m, m->good, NULL);
            m->has_good = 1;
        }
        settle_motion(m);
        proved = breaks_nothing(m) && agree(m, objective, agreed);
    }
    m->objective = objective, m->primal_error = error;
    return proved;
}

int settle(Method *m, double agreed) {
    drop_forces(m);
    return settle_as_is(m, agreed);
}

int settle_again(Method *m) {
    if (!m->has_good) return 0;
    copy_state(m, NULL, m->good);
    return settle_as_is(m, allowed(m));
}
