/* Mehrotra's predictor-corrector method (SIAM J. Optim. 2, 1992) on

    minimise    sum beta_k f_k + sum alpha_b m_b + sum rho_i (r+_i + r-_i)
    subject to  sum over columns = weight on every row,   f_k + g_k = m_b   for every pull below b

with presses n, side presses e, pulls f, their room g under the largest pull m of their brick, and
residuals r, all >= 0; where m has a cap, l is what that leaves to it. With multipliers y of the rows and z of the last equations, and
phi = closing under y, the reduced costs are

    n: -phi   e: -work   r: rho -+ turn   f: beta + phi + z   g: z   m: alpha - sum z + v   l: v

Every step keeps x s of all unknowns about alike while it makes them smaller. When they are small
the end is tried: see settle.c. */
#include "support.h"

#include <math.h>
#include <string.h>
#include <time.h>

static const int MAX_STEPS = 150;
static const double START_COST = 1;
static const double BACK = 0.995;     /* of the way to where the first value is 0 */
static const double LAST_BACK = 0.9999; /* likewise, after a long step: the end is near */
static const double LONG = 0.8;
static const double ROUNDING = 1e-15; /* of a diagonal: a pivot that is rounding */
static const double GO_ON_FROM = 1e-4; /* gap, of the objective: where other costs begin */
static const double FIRST_TRY = 1e-6; /* likewise: the end is tried from here */
static const double NEXT_TRY = 1e-2;
static const double LAST_TRY = 1e-12;
static const double LATE_TRY = 1e-10; /* from here what is proved as well as that is taken */
static const double SURE = 0.9;       /* a step longer than this tells what goes to 0 */
static const double STUCK = 0.05;     /* a step shorter than this led nowhere */
static const double FAR = 10;         /* times the cost of a residual */
static const double FIRST_ASK = 0.3; /* gap, of the objective: who is left out is asked from here */
static const double NEXT_ASK = 0.1;
static const double WORTH_IT = 0.6; /* of the bricks: to leave out fewer saves less than asking costs */
static const int PATIENCE = 3;        /* such steps in a row */

/* What suits each form of costs: where each brick has a largest pull of its own, where pulls are
capped, and where one counts for all, so that rows may be held by that alone. OTHER_WAY: where the one
that suits best led nowhere. Of 2,114 structures they left 0, 1 and 0 to another solver. */
static const Care EACH = {2, 1e-10, 1e-9, 1e-3}, CAPPED = {60, 1e-8, 1e-10, 1e-2};
static const Care UNBALANCED = {60, 1e-10, 1e-9, 1e-3}; /* an eighth fewer steps than from 2 */
static const Care ALL = {2, 1e-6, 1e-8, 1e-3}, OTHER_WAY = {6, 1e-10, 1e-10, 1e-2};

double now(void) {
    struct timespec t;
    timespec_get(&t, TIME_UTC);
    return (double)t.tv_sec + 1e-9 * (double)t.tv_nsec;
}

/* What a side press that does nothing has is never written. */
static Kind open_kind(Arena *arena, int count, int zero) {
    Kind kind = {.count = count};
    double **part[] = {&kind.x,   &kind.s,      &kind.dx,   &kind.ds,    &kind.theta,
                       &kind.off, &kind.push, &kind.sum_x, &kind.sum_s};
    for (size_t i = 0; i < sizeof part / sizeof *part; i++)
        *part[i] = zero ? TAKE(arena, double, count) : TAKE_UNSET(arena, double, count);
    return kind;
}

Method *open_method(Arena *arena, const Program *program, const Costs *costs) {
    const Scene *s = program->scene;
    int presses = LANES * program->press_block[s->contacts];
    int pulls = LANES * program->pull_block[s->contacts];
    int residuals = costs->residual && !costs->balanced ? PARTS * s->bricks : 0;
    int all = program->rows + 1, widest = 0;
    int groups = costs->shared ? 1 : s->bricks;
    int counts[KINDS] = {presses, s->sides, residuals, residuals,
                         pulls,   pulls,    groups,    costs->cap ? groups : 0};
    Method *m = TAKE(arena, Method, 1);
    m->program = m->all = program;
    m->few = *program;
    m->few.pull_block = m->few_block = TAKE(arena, int, s->contacts + 1);
    m->few.pull_x = TAKE_UNSET(arena, Lanes, pulls / LANES);
    m->few.pull_y = TAKE_UNSET(arena, Lanes, pulls / LANES);
    m->kept = TAKE(arena, char, s->bricks);
    m->groups = groups;
    m->care = costs->shared ? ALL : costs->cap ? CAPPED : residuals ? UNBALANCED : EACH;
    for (int k = 0; k < KINDS; k++) {
        m->kind[k] = open_kind(arena, counts[k], k == SIDE);
        memset(m->kind[k].off, 0, (size_t)counts[k] * sizeof(double)); /* rooms miss nothing */
        all += 2 * counts[k];
    }
    double **rows[] = {&m->y,   &m->dy,      &m->sum_y,  &m->lack,
                       &m->rhs, &m->scratch, &m->common, &m->answer};
    for (size_t i = 0; i < sizeof rows / sizeof *rows; i++)
        *rows[i] = TAKE(arena, double, program->rows + 1);
    m->all_cost = m->pull_cost = TAKE_UNSET(arena, double, pulls);
    m->few_cost = TAKE_UNSET(arena, double, pulls);
    m->room_off = TAKE(arena, double, pulls);
    m->spare_off = TAKE(arena, double, groups);
    m->share = TAKE(arena, double, pulls);
    m->stiff = TAKE(arena, double, pulls);
    m->motion = TAKE(arena, Motion, s->bricks + 1);
    m->load = TAKE(arena, Motion, s->bricks + 1);
    m->closing[0] = TAKE(arena, double, presses);
    m->closing[1] = TAKE(arena, double, pulls);
    m->most_weight = TAKE(arena, double, groups);
    m->most_push = TAKE(arena, double, groups);
    m->nearly = TAKE_UNSET(arena, double, all);
    m->before = TAKE_UNSET(arena, double, all);
    m->good = TAKE_UNSET(arena, double, all);
    m->group_size = TAKE(arena, int, groups);
    for (int b = 0; b < s->bricks; b++) {
        int width = program->clique_start[b + 1] - program->clique_start[b];
        if (width > widest) widest = width;
        if (s->weight[b] > m->scale) m->scale = s->weight[b];
        m->mean_weight += s->weight[b] / s->bricks;
    }
    m->shared = TAKE(arena, double, widest + 1);
    m->other_unknowns = s->press_start[s->contacts] + 2 * residuals + m->kind[SPARE].count;
    for (int e = 0; e < s->sides; e++) m->other_unknowns += program->side[e].count > 0;
    m->costs = costs;
    take_all_pulls(m);
    m->all_unknowns = m->unknowns;
    return m;
}

int unknowns_of(const Method *m) { return m->all_unknowns; }

static void clear_after(const Kind *kind, int from, int to) {
    for (int k = from; k < to; k++) kind->x[k] = kind->s[k] = 0;
}

void leave_empty(Method *m) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    for (int c = 0; c < s->contacts; c++) {
        int presses = LANES * p->press_block[c] + s->press_start[c + 1] - s->press_start[c];
        int pulls = LANES * p->pull_block[c] + s->pull_start[c + 1] - s->pull_start[c];
        clear_after(m->kind + PRESS, presses, LANES * p->press_block[c + 1]);
        if (!has_pulls(p, c)) continue;
        clear_after(m->kind + PULL, pulls, LANES * p->pull_block[c + 1]);
        clear_after(m->kind + ROOM, pulls, LANES * p->pull_block[c + 1]);
    }
}

/* Where the largest pull of a group has a cap: pulls and rooms alike below it, and reduced costs that
fit each other, but for what pulls cost. */
static void begin_within(Method *m, int g, double product) {
    double cap = m->costs->cap[g], half = m->group_size[g] + 0.5;
    double most = m->group_size[g] ? cap * half / (half + 0.5) : 0;
    for (int k = LANES * block_of(m, m->program, g); k < LANES * block_of(m, m->program, g + 1); k++) {
        set_pair(&m->kind[ROOM], k, 2 * product / most, product);
        set_pair(&m->kind[PULL], k, 2 * product / most, product);
    }
    if (most > 0) set_pair(&m->kind[MOST], g, product / most, product);
    set_pair(&m->kind[SPARE], g, product / (cap - most), product);
}

/* Every brick sinks a little more than what is below it: that closes nothing. */
static void begin(Method *m) {
    const Program *p = m->program;
    const Scene *s = p->scene;
    double product = m->care.force * m->mean_weight * START_COST;
    memset(m->y, 0, (size_t)(p->rows + 1) * sizeof(double));
    for (int c = 0; c < s->contacts; c++) { /* ascending by top: what is below comes before */
        double under = s->bottom[c] == s->bricks ? 0 : m->y[s->bottom[c]];
        m->y[s->top[c]] = fmin(m->y[s->top[c]], under - START_COST);
    }
    for (int k = 0; k < m->kind[PRESS].count; k++) set_pair(&m->kind[PRESS], k, START_COST, product);
    for (int e = 0; e < s->sides; e++)
        set_pair(&m->kind[SIDE], e, START_COST, p->side[e].count ? product : 0);
    for (int i = 0; i < m->kind[PLUS].count; i++) {
        double turn = turn_of(p->turn + i, m->y), cost = m->costs->residual[i];
        set_pair(&m->kind[PLUS], i, fmax(cost - turn, START_COST), product);
        set_pair(&m->kind[MINUS], i, fmax(cost + turn, START_COST), product);
    }
    for (int g = 0; g < m->groups; g++) {
        int pulls = m->group_size[g];
        double cost = m->costs->max_pull[g], z = fmax(cost / (2 * (pulls + 1)), START_COST);
        for (int k = LANES * block_of(m, p, g); k < LANES * block_of(m, p, g + 1); k++) {
            double rest = z + m->pull_cost[k] - START_COST;
            set_pair(&m->kind[ROOM], k, z, product);
            set_pair(&m->kind[PULL], k, fmax(rest, START_COST / 10), product);
        }
        double rest = fmax(cost - pulls * z, cost / 10);
        set_pair(&m->kind[MOST], g, rest, pulls ? product : 0);
        if (m->kind[SPARE].count) begin_within(m, g, product);
    }
    leave_empty(m);
}

/* How far the step may go, of 1, until a value or a reduced cost is nearly 0. Returns the share of the
gap that is left then. */
MANY static double longest(const Method *m, double *primal, double *dual) {
    double back = m->last_step > LONG ? LAST_BACK : BACK, by_x = 0, by_s = 0, by_both = 0;
    float most_x = (float)back, most_s = (float)back; /* of -dx / x and -ds / s: so exact is enough */
    for (int k = 0; k < KINDS; k++) {
        const Kind *kind = m->kind + k;
        const double *x = kind->x, *s = kind->s, *dx = kind->dx, *ds = kind->ds;
#pragma omp simd reduction(max : most_x, most_s) reduction(+ : by_x, by_s, by_both)
        for (int i = 0; i < kind->count; i++) {
            float share_x = x[i] > 0 ? (float)-dx[i] / (float)x[i] : 0;
            float share_s = x[i] > 0 ? (float)-ds[i] / (float)s[i] : 0;
            most_x = share_x > most_x ? share_x : most_x;
            most_s = share_s > most_s ? share_s : most_s;
            by_x += dx[i] * s[i], by_s += x[i] * ds[i], by_both += dx[i] * ds[i];
        }
    }
    *primal = back / (double)most_x, *dual = back / (double)most_s;
    return 1 + (*primal * by_x + *dual * by_s + *primal * *dual * by_both) / m->gap;
}

/* Go so far. What is missing is less by the same share then: good as long as much is missing. */
MANY static void go(Method *m, double primal, double dual) {
    for (int k = 0; k < KINDS; k++) {
        const Kind *kind = m->kind + k;
        double *x = kind->x, *s = kind->s, *off = kind->off;
        for (int i = 0; i < kind->count; i++) {
            x[i] += primal * kind->dx[i];
            s[i] += dual * kind->ds[i];
            off[i] *= 1 - dual;
        }
    }
    for (int r = 0; r < m->program->rows; r++) {
        m->y[r] += dual * m->dy[r];
        m->lack[r] *= 1 - primal;
    }
    for (int k = 0; k < m->kind[ROOM].count; k++) m->room_off[k] *= 1 - primal;
    for (int g = 0; g < m->kind[SPARE].count; g++) m->spare_off[g] *= 1 - primal;
}

static void measure(Method *m) {
    measure_dual(m);
    measure_primal(m);
    measure_cost(m);
}

/* One step. Returns how far it got, of 1. */
static double advance(Method *m) {
    double primal, dual;
    weigh(m);
    assemble(m, ROUNDING);
    push(m, NOTHING, 0);
    solve_step(m);
    double left = longest(m, &primal, &dual);
    push(m, CENTRE, left * left * left * m->gap / m->unknowns);
    solve_step(m);
    int is_late = m->gap <= m->care.half_done * fabs(m->bound);
    if (is_late) refine_step(m);
    longest(m, &primal, &dual);
    go(m, primal, dual);
    if (is_late) measure(m);
    else measure_gap(m);
    return m->last_step = fmin(primal, dual);
}

void copy_state(Method *m, double *to, const double *from) {
    size_t at = 0;
    for (int k = 0; k < 2 * KINDS + 1; k++) {
        const Kind *kind = m->kind + k / 2;
        double *part = k == 2 * KINDS ? m->y : k % 2 ? kind->s : kind->x;
        size_t count = (size_t)(k == 2 * KINDS ? m->program->rows : kind->count);
        if (to) memcpy(to + at, part, count * sizeof(double));
        else memcpy(part, from + at, count * sizeof(double));
        at += count;
    }
}

static void copy_out(double *to, const double *from, int count) {
    if (to) memcpy(to, from, (size_t)count * sizeof(double));
}

static void copy_points(double *to, const double *from, const int *start, int block) {
    copy_out(to ? to + start[0] : NULL, from + LANES * block, start[1] - start[0]);
}

static void answer_with(const Method *m, Answer *answer) {
    const Kind *kind = m->kind;
    const Program *p = m->program;
    size_t pulls = (size_t)p->scene->pull_start[p->scene->contacts];
    if (answer->pull) memset(answer->pull, 0, pulls * sizeof(double));
    for (int c = 0; c < p->scene->contacts; c++) {
        copy_points(answer->press, kind[PRESS].x, p->scene->press_start + c, p->press_block[c]);
        if (has_pulls(p, c))
            copy_points(answer->pull, kind[PULL].x, p->scene->pull_start + c, p->pull_block[c]);
    }
    copy_out(answer->side, kind[SIDE].x, kind[SIDE].count);
    for (int i = 0; answer->residual && i < PARTS * p->scene->bricks; i++)
        answer->residual[i] = kind[PLUS].count ? kind[PLUS].x[i] - kind[MINUS].x[i] : 0;
    answer->objective = m->objective;
    answer->bound = m->bound;
    answer->primal_error = m->primal_error;
    answer->dual_error = m->dual_error;
}

/* Whether the motion has left what costs of residuals allow far behind: there is no balance then. */
static int is_out_of_balance(const Method *m) {
    if (!m->costs->balanced) return 0;
    for (int i = 0; i < PARTS * m->program->scene->bricks; i++)
        if (fabs(turn_of(m->program->turn + i, m->y)) > FAR * m->costs->residual[i]) return 1;
    return 0;
}

Outcome minimise_in_turn(Arena *arena, const Program *program, Costs *costs, const Support *support,
                         const int *order, double deadline, Answer *answer, Method **method) {
    int is_hinted = support && support->bricks && (support->pulls || support->residuals);
    is_hinted = is_hinted && !(costs->holds > 0 && support->residuals);
    costs->balanced = costs->residual != NULL && !(is_hinted && support->residuals);
    *method = open_method(arena, program, costs);
    if (is_hinted) {
        take_costs(*method, costs);
        is_hinted = take_support(*method, order, support);
    }
    Outcome outcome = minimise(*method, costs, is_hinted ? FROM_SUPPORT : AFRESH, deadline, answer);
    if (outcome == INEXACT && (costs->cap || costs->shared))
        return minimise(*method, costs, OTHERWISE, deadline, answer);
    if (outcome != INEXACT || !costs->balanced) return outcome;
    costs->balanced = 0;
    *method = open_method(arena, program, costs);
    return minimise(*method, costs, NOT_BY_PRESSES_ALONE, deadline, answer);
}

/* Try to end here; where that fails, x, s and y are as they were. */
static int ends(Method *m, int is_last) {
    double agreed = is_last ? fmax(AT_LAST, allowed(m)) : PROVED;
    copy_state(m, m->before, NULL);
    if (settle(m, agreed)) return 1;
    copy_state(m, NULL, m->before);
    if (!is_last || m->has_good) return 0;
    m->last_step = 0; /* it was misleading: what is small goes to 0 */
    if (settle(m, agreed)) return 1;
    copy_state(m, NULL, m->before);
    return 0;
}

/* Whether the end is where the method begins. */
static int is_there(Method *m, Beginning from) {
    if (from == FROM_SUPPORT && settle_as_is(m, PROVED)) return 1;
    return (from == AFRESH || from == FROM_SUPPORT) && stands_by_itself(m);
}

/* After `is_there`. */
static void set_out(Method *m, Beginning from) {
    int is_known = (from == AFRESH || from == FROM_SUPPORT) && m->costs->residual, kept = 0;
    for (int b = 0; b < m->all->scene->bricks; b++) kept += m->kept[b];
    if (is_known && kept && kept <= WORTH_IT * m->all->scene->bricks) take_kept_pulls(m);
    else if (from != AGAIN) take_all_pulls(m);
    if (from == OTHERWISE) m->care = OTHER_WAY;
    if (from == AGAIN && m->has_nearly) copy_state(m, NULL, m->nearly);
    else begin(m);
    measure(m);
}

/* Where that is what is asked, and before the end is near enough to be tried. */
static int is_certain(Method *m, double try_at) {
    if (!(m->costs->holds > 0 && m->costs->balanced) || m->last_step == 0) return 0;
    if (m->gap <= try_at || m->gap > telling_gap(m)) return 0;
    if (surely_stands(m)) return 1;
    measure(m);
    return 0;
}

Outcome minimise(Method *m, const Costs *costs, Beginning from, double deadline, Answer *answer) {
    Outcome outcome = INEXACT;
    int keep = from != AGAIN, stuck = 0;
    double try_at = FIRST_TRY, ask_at = FIRST_ASK;
    if (from == AGAIN && still_best(m, costs)) {
        answer_with(m, answer);
        return EXACT;
    }
    take_costs(m, costs);
    m->last_step = 0;
    m->has_good = 0;
    answer->steps = 0;
    if (now() > deadline) return OUT_OF_TIME;
    if (is_there(m, from)) {
        answer_with(m, answer);
        return EXACT;
    }
    set_out(m, from);
    for (; answer->steps < MAX_STEPS; answer->steps++) {
        double size = fabs(m->bound) + 1;
        if (!(m->gap < 1e300)) break;
        if (is_out_of_balance(m)) {
            if (costs->holds > 0 && surely_falls(m)) return FALLS;
            break;
        }
        if (is_certain(m, try_at * size)) return STANDS;
        if (m->gap <= ask_at * size) {
            ask_at *= NEXT_ASK;
            if (ask_others(m)) {
                measure(m);
                keep = from != AGAIN;
                stuck = 0;
            }
        }
        if (keep && m->gap <= GO_ON_FROM * size) {
            copy_state(m, m->nearly, NULL);
            m->has_nearly = 1;
            keep = 0;
        }
        int is_sure = m->last_step == 0 || m->last_step > SURE || m->gap <= LATE_TRY * size;
        if ((m->gap <= try_at * size && is_sure) || stuck == PATIENCE) {
            int is_last = try_at < LAST_TRY || stuck == PATIENCE;
            if (ends(m, is_last)) {
                outcome = EXACT;
                break;
            }
            measure(m);
            if (ask_others(m)) {
                measure(m);
                keep = from != AGAIN;
                stuck = 0;
                continue;
            }
            if (is_last || (m->has_good && try_at < LATE_TRY)) break;
            try_at *= NEXT_TRY;
        }
        if (now() > deadline) {
            outcome = OUT_OF_TIME;
            break;
        }
        stuck = advance(m) < STUCK && m->gap < FIRST_TRY * size ? stuck + 1 : 0;
    }
    if (outcome != EXACT && settle_again(m)) outcome = EXACT;
    answer_with(m, answer);
    return outcome;
}
