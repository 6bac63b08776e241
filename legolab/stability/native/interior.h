/* The primal-dual interior-point method on the small program, and the exact vertex at its end. */
#pragma once
#include "program.h"

typedef enum {
    EXACT = 0,      /* the vertex and its bound agree */
    OUT_OF_TIME = 1,
    INEXACT = 2,    /* they do not: another solver must say */
    OUT_OF_MEMORY = 3,
    STANDS = 4, /* where that was all that was asked: see verdict.c */
    FALLS = 5,
} Outcome;

typedef struct {
    double *press, *pull, *side, *residual; /* forces, 0.01 N; residuals [bricks][PARTS] */
    double *friction_x, *friction_y;        /* [contacts], see friction.h */
    double objective, bound;                /* 1e-6 N */
    double primal_error, dual_error;        /* largest imbalance, largest violated reduced cost */
    int steps;
    int rows, columns; /* of the program */
} Answer;

typedef struct Method Method;
typedef struct Support Support; /* see support.h */

/* Room for the method, for costs of this form; `program` and `costs` must outlive it. */
Method *open_method(Arena *arena, const Program *program, const Costs *costs);

int unknowns_of(const Method *method);

/* Where `minimise` begins. AGAIN: after an EXACT answer, for other costs of the same form: perhaps
the same forces are the best, else it goes on from where it was when nearly done. FROM_SUPPORT: perhaps
the forces that are not 0 are those of the answer. OTHERWISE: from another point than AFRESH, which
led nowhere; both rarely do. */
typedef enum { AFRESH, NOT_BY_PRESSES_ALONE, AGAIN, FROM_SUPPORT, OTHERWISE } Beginning;

/* Minimise `costs`. `answer` holds arrays to fill, or NULL where one is not wanted. */
Outcome minimise(Method *method, const Costs *costs, Beginning from, double deadline,
                 Answer *answer);

/* The same with a method of its own: where there are costs of residuals, first as if there were no
residuals, which is less to do and mostly enough; `costs` says by `balanced` whether it was.
support, order: of an answer for fewer bricks, or NULL; see support.h. */
Outcome minimise_in_turn(Arena *arena, const Program *program, Costs *costs, const Support *support,
                         const int *order, double deadline, Answer *answer, Method **method);

/* Seconds of a clock that only goes forward. */
double now(void);
