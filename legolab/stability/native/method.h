/* What the parts of the method share: its unknowns, its step, and what it has measured. */
#pragma once
#include "interior.h"

enum { PRESS, SIDE, PLUS, MINUS, PULL, ROOM, MOST, SPARE, KINDS };

/* Unknowns of one kind that stay >= 0, and their reduced costs. Presses, pulls and rooms lie as
the program's blocks of points do; what is empty there has the value 0 for good. */
typedef struct {
    int count;
    double *x, *s;         /* value, reduced cost */
    double *dx, *ds;       /* the step */
    double *theta;         /* x / s, about: see `weigh` */
    double *off;           /* what the reduced cost misses to being the one of y */
    double *push;          /* change of x that does not come from dy */
    double *sum_x, *sum_s; /* the step and its corrections */
} Kind;

/* Cost of a pull where there is no point. */
#define NEVER 1e30
/* Forces, of the largest weight: as good as it gets. */
#define EXACTLY 1e-13
/* Forces and motion on the objective, relative. */
#define PROVED 1e-13
/* Likewise, where rounding allows no more; so much of it comes with every brick. */
#define AT_LAST 1e-11
#define PER_BRICK 1e-13

/* What keeps numbers in hand. */
typedef struct {
    double force; /* of a mean weight, at the start */
    /* A step also pays this over 2 for the square of every change of a press, a residual or a pull,
    so that no theta is larger than its inverse: to larger ones what is small loses its last digits. */
    double proximal;
    double nudge;     /* added to the diagonal: it keeps motions small that nothing asks for */
    double half_done; /* gap, of the objective: rounding begins to tell */
} Care;

struct Method {
    /* With all pulls, or with those below bricks that are `kept`: see pulls.c. */
    const Program *program, *all;
    Program few;
    int *few_block;        /* its pull_block */
    char *kept;            /* [bricks] */
    const Costs *costs;
    Kind kind[KINDS];
    double *y, *dy, *sum_y;  /* [rows + 1] the motion and its step */
    double *lack;            /* [rows + 1] weight less what the forces do */
    double *rhs, *scratch;   /* [rows + 1] */
    double *pull_cost;       /* [pulls] of `program` */
    double *all_cost, *few_cost;
    double *room_off;        /* [pulls] m - f - g */
    double *spare_off;       /* [groups] cap - m - l */
    double *share, *stiff;   /* [pulls] u, h */
    double *most_weight;     /* [groups] 1 / (1 / theta_m + 1 / theta_l + sum h), 0 where m stays */
    double *most_push;       /* [groups] */
    Motion *motion, *load;   /* [bricks + 1]; load: 0 between uses */
    double *closing[2];      /* [presses], [pulls] */
    double *shared;          /* the column of a clique's pulls */
    /* Pulls that share a largest one, of a brick or all: how many they are. */
    int groups, *group_size; /* [groups] */
    double *common, *answer; /* [rows + 1] the column of a group of all, and what solves for it */
    double common_share;     /* weight / (1 + weight common . answer) */
    int unknowns, all_unknowns, other_unknowns; /* of `program`, of `all`, those that are no pulls */
    double scale, mean_weight; /* the largest weight; the mean */
    Care care;
    double objective, bound, gap, primal_error, dual_error;
    /* Copies of x, s and y: nearly done; before the end was tried; an end proved as well as
    so many bricks allow. */
    double *nearly, *before, *good;
    int has_nearly, has_good;
    double last_step; /* how far it got, of 1 */
};

PART int is_shared(const Method *m) { return m->costs->shared; }

/* Where the pulls of a group begin, in blocks; those of group `groups` would begin after the last. */
PART int block_of(const Method *m, const Program *p, int group) {
    return p->pull_block[is_shared(m) ? group * p->scene->contacts : p->first[group]];
}

PART const Lanes *lanes(const double *items) { return (const Lanes *)items; }
PART Lanes *new_lanes(double *items) { return (Lanes *)items; }

PART void set_pair(Kind *kind, int i, double s, double product) {
    kind->s[i] = s;
    kind->x[i] = product / s;
}

PART double larger(double most, double value) {
    value = value < 0 ? -value : value;
    return value > most ? value : most;
}

/* How well an end is proved at best, with so many bricks. */
PART double allowed(const Method *m) { return PER_BRICK * m->program->scene->bricks; }

/* measure.c */

/* The closing at every press and pull of `p` under motion y, in m->closing. */
void find_closings(Method *m, const Program *p, const double *y);
/* `off` of every kind. */
void measure_dual(Method *m);
/* lack, room_off, spare_off, primal_error. */
void measure_primal(Method *m);
/* objective, bound, gap. */
void measure_cost(Method *m);
/* bound and gap. */
void measure_gap(Method *m);
/* rows -= what the forces `of` (values or steps, by kind) do. */
void take_off(const Method *m, double *const of[KINDS], double *rows);

/* matrix.c */

/* theta of every kind, from values and reduced costs. */
void weigh(Method *m);
/* The matrix of thetas, factored; `nothing` as in `factor`. */
void assemble(Method *m, double nothing);
/* Solve with it for `x` in place. */
void solve_rows(Method *m, double *x);

/* step.c */

/* What x s of every unknown is to come to by a step: what it is, 0, or `centre`, with what the last
step missed by taken into account. */
typedef enum { AS_IS, NOTHING, CENTRE } Aim;
void push(Method *m, Aim aim, double centre);
/* The step that theta, push, room_off and lack ask for. */
void solve_step(Method *m);
/* Correct the step for what it leaves out of balance, as long as that helps. */
void refine_step(Method *m);

/* settle.c */

/* Try to end here: forces and motion then prove each other right, within `agreed`. If not, x, s
and y are of no more use. */
int settle(Method *m, double agreed);
/* The same with the forces that are not 0 now. */
int settle_as_is(Method *m, double agreed);
/* Back to the last end that was proved as well as so many bricks allow, if there was one. */
int settle_again(Method *m);

/* Whether presses alone balance every brick: often, and quickly told. */
int stands_by_itself(Method *m);
/* After `settle`: whether the same forces are the best by other costs too. */
int still_best(Method *m, const Costs *costs);

/* pulls.c */

void take_costs(Method *m, const Costs *costs);
/* Go on with all pulls, or with those below bricks that are `kept`; x and s of pulls and rooms are of
no more use. */
void take_all_pulls(Method *m);
void take_kept_pulls(Method *m);
/* Whether bricks that are not kept would pull, so the motion be as it is; they are kept then, and
`measure` has to be called again. */
int ask_others(Method *m);

/* verdict.c */

/* The gap from which no residual can be one that counts; below 0 where pulls may not hold then. */
double telling_gap(const Method *m);
/* Whether at the least cost nothing is out of balance and every pull holds; or whether not. If neither
is certain, all but x, s and y has to be measured anew. */
int surely_stands(Method *m);
int surely_falls(Method *m);

/* interior.c */

/* No force where a block of points is empty. */
void leave_empty(Method *m);
/* Values, reduced costs and motion, to or from one array. */
void copy_state(Method *m, double *to, const double *from);
