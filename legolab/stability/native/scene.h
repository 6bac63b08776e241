/* What touches what among bricks, and where forces act: see legolab/stability/equilibrium.py, which
lays out the same in numpy for every other solver. */
#pragma once
#include "program.h"

typedef struct {
    int count;
    const int *box;       /* [count][5] h, w, x, y, z, in any order */
    const double *weight; /* [count] 0.01 N */
    int table;            /* the ground pulls nothing */
    int rotate;           /* the points of a brick turn with it */
} Bricks;

/* scene: of the bricks sorted by (z, x, y); order: [count] which brick each is. */
void lay_out_scene(const Bricks *bricks, Arena *arena, Scene *scene, int *order);

/* The costs of the published program; `broken` is 1 with its ties broken as
legolab/stability/program.py tells, else 0. within: if above 0, nothing may be out of balance, and no
pull above so much, 0.01 N. */
void lay_out_costs(const Scene *scene, Arena *arena, int broken, double within, Costs *costs);

/* The largest pull anywhere alone has a cost, and nothing may be out of balance. */
void lay_out_largest(const Scene *scene, Arena *arena, Costs *costs);

/* Whether each brick reaches the ground through stud contacts; held: [bricks]. */
void find_held(const Scene *scene, char *held);
