/* L D L^T of a symmetric matrix that is a sum of small dense ones ("cliques"), by fronts (Duff and
Reid, ACM Trans. Math. Softw. 9, 1983).

The order of elimination and the pattern are planned once, the numbers come as often as wanted.
Knows nothing of bricks. */
#pragma once
#include "arena.h"
#include "lanes.h"

/* Neighbouring columns of L with the same rows, as a dense square matrix, of which only the rows at
and below the diagonal mean anything. Its own columns come first; after they are eliminated the rest
is added to the front `parent`. */
typedef struct {
    int column, columns; /* the first, how many */
    int rows, *row;      /* positions, ascending, its own columns first; `size` to the end of a block */
    int height, entry;   /* blocks per column; where it begins in `value` */
    int parent, *above;  /* -1 at a root; [rows] row numbers there */
} Front;

typedef struct {
    int size;
    int *order;          /* position -> variable */
    int *position;       /* variable -> position */
    int fronts, entries;
    Front *front;
    int *front_of;       /* [size] of a column */
    int *diagonal_place; /* [size] in `value` */
    double *value;       /* [entries + 1] the matrix before `factor`, L after it; the last is idle */
    double *diagonal;    /* D */
    double *whole;       /* the diagonal before */
    Lanes *gathered;
} Factor;

PART int entry_of(const Front *front, int row, int column) {
    return front->entry + column * front->height * LANES + row;
}

/* Order the variables by approximate minimum degree (Amestoy, Davis and Duff, SIAM J. Matrix Anal.
Appl. 17, 1996) and lay out L. Variables come in groups that stay together.

first: [groups + 1], the variables of each group are consecutive; clique_start: [cliques + 1];
clique_group: the groups of each clique, no group twice in one. */
void plan_factor(Factor *factor, Arena *arena, int groups, const int *first, int cliques,
                 const int *clique_start, const int *clique_group);

/* Where the entries of each clique lie in `value`: of clique c with k variables, sorted by
position, entry (i, j), i >= j, is at place[place_start[c] + i (i + 1) / 2 + j].

Sorts the variables of each clique by position first. place_start: [cliques + 1]. */
void place_cliques(const Factor *factor, Arena *arena, int cliques, const int *clique_start,
                   int *clique_var, int **place_start, int **place);

/* Factor the matrix in `value`. A variable that the others already determine, its pivot below the
share `nothing` of its diagonal, is held at 0: right for a system that has a solution. */
void factor(Factor *factor, double nothing);

/* Solve for `x` in place; scratch: [size + 1]. */
void factor_solve(const Factor *factor, double *x, double *scratch);
