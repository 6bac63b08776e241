/* The published program in small motions: what moves, and what each force does to it.

Its dual is a question about motions. A friction force has no sign and no cost, so its column says
that two faces that touch cannot slide on one another. All faces joined by stud contacts of one
layer therefore shift together, as one "sheet"; a sheet that takes in the ground stands still. A
brick lies between two sheets, below and above; its tilt is the difference of their shifts, and
what is left to it is to rise or sink. So the rows of the program are one rise per brick and two
shifts per sheet instead of five per brick, and friction has no columns. Equal to the five-row
program of legolab/stability/program.py in objective and in every force but friction, which
`friction.c` works out at the end.

Rows, and the motion `y` (the multipliers of the rows):
    V_b          rise of brick b
    X_s, Y_s     shift of sheet s along x and y, in units of one brick height
With sheets a above and u below brick b, and (cx, cy) its centre:
    T1_b = Y_u - Y_a,  T2_b = X_a - X_u            its tilts
    V_b + (y - cy) T1_b - (x - cx) T2_b            rise of its point (x, y)
    Fx_b = (X_a + X_u) H / 2L                      shift of its centre, y likewise
A column's product with y is the work that a unit of its force does:
    press at (x, y), t over u:  rise of t - rise of u =: closing(x, y);  a pull does the opposite
    side press, i low, j high:  2 (H / 2L) (X of the sheet below j - X of that below i)
    residual of V, T1, T2, Fx, Fy: those themselves
Forces are in 0.01 N, torques in 0.01 N times a stud pitch, costs in 1e-6 N. */
#pragma once
#include "arena.h"
#include "cholesky.h"
#include "lanes.h"

#include <string.h>

#define HALF_HEIGHT 0.6153846153846154 /* H / 2L: arm of a horizontal force at a face, in studs */

/* What the caller gives; nothing of it is changed. The ground is brick number `bricks`. */
typedef struct {
    int bricks, contacts, sides;
    const double *centre_x, *centre_y, *weight;    /* [bricks], studs and 0.01 N */
    const int *top, *bottom;                       /* [contacts], ascending by top */
    const int *press_start, *pull_start;           /* [contacts + 1], into the points */
    const double *press_x, *press_y;               /* points that can press */
    const double *pull_x, *pull_y;                 /* points that can pull */
    const int *side_low, *side_high, *side_axis;   /* [sides], axis 0 is x */
} Scene;

/* Without residuals (NULL) what cannot be balanced has no answer. With `shared`, one largest pull
counts for all bricks, and its cost is max_pull[0]. With `cap`, no largest pull may be above it.
`balanced`: an answer is only looked for where nothing is out of balance; that no residual would
make it cheaper is proved all the same. `holds`: if above 0, it is enough to know whether every pull is below
that, 0.01 N, and nothing out of balance. */
typedef struct {
    const double *pull;     /* per pull point */
    const double *max_pull; /* [bricks], or [1] */
    const double *residual; /* [bricks][PARTS], or NULL */
    const double *cap;      /* as max_pull, 0.01 N, or NULL */
    double holds;
    int shared, balanced;
} Costs;

enum { V, T1, T2, FX, FY, PARTS }; /* what can be out of balance at a brick */

enum { PAIRS = ROWS * (ROWS + 1) / 2 }; /* that a contact touches: two rises and three sheets twice */

/* A contact's closing is c0 + c1 x + c2 y, with x, y from (origin_x, origin_y) and
c_i = sum over its rows r of part[i][r] y[row[r]]. Past `count` come parts of 0. */
typedef struct {
    Rows part[3];
    int count, row[ROWS];
    double origin_x, origin_y;
    int brick[2];      /* on top, below; the ground is brick number `bricks` */
    double x[2], y[2]; /* of the origin, from their centres */
} Contact;

/* Of a brick: its rise and tilts, or the force and the torques that these do work against. */
typedef struct {
    double v, t1, t2;
} Motion;

/* A residual's turn is value[0] y[row[0]] + value[1] y[row[1]]. */
typedef struct {
    int row[2];
    double value[2];
} Turn;

/* A side press; it does nothing, and has no rows, between bricks on one sheet. */
typedef struct {
    int count, row[2];
    double part[2];
} Side;

/* What stands still has row number `rows`, of which every motion is 0 and every sum is idle: arrays
by row have one element more. */
typedef struct {
    const Scene *scene;
    int rows, sheets;
    int *above, *below;  /* [bricks] sheets, -1 where it stands still */
    int *first;          /* [bricks + 1] contacts of each brick with what is below it */
    Contact *contact;
    Side *side;
    Turn *turn;          /* [bricks][PARTS] */
    /* Blocks of points, from the origin of their contact. The points of each contact begin a
    block; what is left of its last block stays empty: no force is ever there. */
    const int *press_block, *pull_block; /* [contacts + 1] */
    Lanes *press_x, *press_y, *pull_x, *pull_y;
    /* Cliques of rows, for the matrix of the method: one per brick, then one per side. */
    int *clique_start, *clique_row;
    int *contact_index; /* [contacts][ROWS] in the clique of the brick on top */
    int *contact_place; /* [contacts][PAIRS] in `factor.value`, for rows i >= j */
    int *own_index;     /* [bricks][5]: V, X above, X below, Y above, Y below; -1 where none */
    int *place_start, *place; /* see place_cliques */
    Factor factor;
} Program;

void lay_out_program(Program *program, Arena *arena, const Scene *scene);

/* The points of each contact begin a block: it has none where the next one begins there too. */
PART int has_pulls(const Program *p, int contact) {
    return p->pull_block[contact + 1] > p->pull_block[contact];
}

/* out: c0, c1, c2 of the contact's closing when bricks move so. */
PART void closing_of(const Contact *contact, const Motion *bricks, double out[3]) {
    const Motion *top = bricks + contact->brick[0], *under = bricks + contact->brick[1];
    const double *x = contact->x, *y = contact->y;
    out[0] = (top->v + y[0] * top->t1 - x[0] * top->t2) -
             (under->v + y[1] * under->t1 - x[1] * under->t2);
    out[1] = under->t2 - top->t2;
    out[2] = top->t1 - under->t1;
}

/* Forces at a contact's points, added up: their sum and first moments. */
typedef struct {
    Lanes sum, x, y;
} Moments;

PART void add_forces(Moments *moments, Lanes force, Lanes x, Lanes y) {
    moments->sum += force, moments->x += force * x, moments->y += force * y;
}

/* bricks += what presses at the contact's points do. */
PART void press_on(const Contact *contact, const Moments *moments, Motion *bricks) {
    double force = sum_of(moments->sum), by_x = sum_of(moments->x), by_y = sum_of(moments->y);
    for (int i = 0; i < 2; i++) {
        Motion *brick = bricks + contact->brick[i];
        double sign = i ? -1 : 1;
        brick->v += sign * force;
        brick->t1 += sign * (by_y + contact->y[i] * force);
        brick->t2 -= sign * (by_x + contact->x[i] * force);
    }
}

/* V, T1, T2, Fx or Fy of a brick under motion y. */
PART double turn_of(const Turn *turn, const double *y) {
    return turn->value[0] * y[turn->row[0]] + turn->value[1] * y[turn->row[1]];
}

/* rows += the column of that residual, times value. */
PART void turn_by(const Turn *turn, double value, double *rows) {
    rows[turn->row[0]] += turn->value[0] * value;
    rows[turn->row[1]] += turn->value[1] * value;
}

/* What a side press does under motion y. */
PART double work_of(const Side *side, const double *y) {
    double work = 0;
    for (int i = 0; i < side->count; i++) work += side->part[i] * y[side->row[i]];
    return work;
}

/* How every brick moves under motion y. The ground stands still. */
PART void move_bricks(const Program *p, const double *y, Motion *bricks) {
    int count = p->scene->bricks;
    for (int b = 0; b < count; b++)
        bricks[b] = (Motion){y[b], turn_of(p->turn + PARTS * b + T1, y),
                             turn_of(p->turn + PARTS * b + T2, y)};
    bricks[count] = (Motion){0};
}

/* rows += what these forces and torques on bricks do; they are 0 then. */
PART void hand_to_rows(const Program *p, Motion *bricks, double *rows) {
    int count = p->scene->bricks;
    for (int b = 0; b < count; b++) {
        rows[b] += bricks[b].v;
        turn_by(p->turn + PARTS * b + T1, bricks[b].t1, rows);
        turn_by(p->turn + PARTS * b + T2, bricks[b].t2, rows);
    }
    memset(bricks, 0, (size_t)(count + 1) * sizeof *bricks);
}
