/* L D L^T of a symmetric matrix that is a sum of small dense ones ("cliques").

The order of elimination and the pattern are planned once, the numbers come as often as wanted.
Knows nothing of bricks. */
#pragma once
#include "arena.h"

typedef struct {
    int size;
    int *order;       /* position -> variable */
    int *position;    /* variable -> position */
    int *start;       /* [size + 1] columns of L, in order of elimination; the diagonal comes first */
    int *row;         /* position of each entry, ascending in a column */
    double *value;    /* the matrix before `factor`, L after it */
    double *diagonal; /* D */
    int *first, *next, *reached; /* columns that wait to change the one at work */
    double *column;
} Factor;

/* Order the variables by approximate minimum degree (Amestoy, Davis and Duff 1996, without
supervariables) and lay out L.

clique_start: [cliques + 1]; clique_var: the variables of each clique, no variable twice in one. */
void plan_factor(Factor *factor, Arena *arena, int size, int cliques, const int *clique_start,
                 const int *clique_var);

/* Where the entries of each clique lie in `value`: of clique c with k variables, sorted by
position, entry (i, j), i >= j, is at place[place_start[c] + i (i + 1) / 2 + j].

Sorts the variables of each clique by position first. place_start: [cliques + 1]. */
void place_cliques(const Factor *factor, Arena *arena, int cliques, const int *clique_start,
                   int *clique_var, int **place_start, int **place);

/* Factor the matrix in `value`. A variable that the others already determine, its pivot below the
share `nothing` of its diagonal, is held at 0: right for a system that has a solution. */
void factor(Factor *factor, double nothing);

/* Solve for `x` in place; scratch: [size]. */
void factor_solve(const Factor *factor, double *x, double *scratch);
