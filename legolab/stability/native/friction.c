/* With pressed and pulled torques, side presses and residuals given, the two equations left of each
axis say what friction must come to below a brick, F_u, and above it, F_a:

    x:  F_u - F_a + S + Fx = 0      h (F_u + F_a) = T2 + residual - h S
    y:  F_u - F_a + S + Fy = 0      h (F_u + F_a) = -(T1 + residual) - h S

S is what side presses push it along the axis. Within a sheet any spanning tree of contacts can
carry these sums: that is what the rows X and Y of the program say. */
#include "friction.h"

#include <string.h>

/* Contacts as edges between faces: face b is under brick b, bricks + b on it, 2 bricks the ground. */
typedef struct {
    int *order, *parent; /* faces, roots first; the contact to the face it was reached from */
    int count;
} Tree;

static void ends_of(const Scene *s, int contact, int ends[2]) {
    ends[0] = s->top[contact];
    ends[1] = s->bricks + s->bottom[contact]; /* the ground is brick number `bricks` */
}

static Tree grow_tree(const Scene *s, Arena *arena) {
    int faces = 2 * s->bricks + 1, ends[2];
    int *start = TAKE(arena, int, faces + 1), *edge = TAKE(arena, int, 2 * s->contacts);
    int *at = TAKE(arena, int, faces);
    char *reached = TAKE(arena, char, faces);
    Tree tree = {TAKE(arena, int, faces), TAKE(arena, int, faces), 0};
    for (int c = 0; c < s->contacts; c++) {
        ends_of(s, c, ends);
        start[ends[0] + 1]++, start[ends[1] + 1]++;
    }
    for (int f = 0; f < faces; f++) start[f + 1] += start[f];
    memcpy(at, start, (size_t)faces * sizeof(int));
    for (int c = 0; c < s->contacts; c++) {
        ends_of(s, c, ends);
        edge[at[ends[0]]++] = c, edge[at[ends[1]]++] = c;
    }
    for (int root = faces - 1, next = 0; root >= 0; root--) { /* the ground before all others */
        if (reached[root]) continue;
        reached[root] = 1;
        tree.parent[root] = -1;
        tree.order[tree.count++] = root;
        for (; next < tree.count; next++) {
            int face = tree.order[next];
            for (int i = start[face]; i < start[face + 1]; i++) {
                ends_of(s, edge[i], ends);
                int other = ends[0] == face ? ends[1] : ends[0];
                if (reached[other]) continue;
                reached[other] = 1;
                tree.parent[other] = edge[i];
                tree.order[tree.count++] = other;
            }
        }
    }
    return tree;
}

/* torque: [bricks][2], T1 and T2 of presses and pulls about the centre of each brick. */
static void find_torques(const Program *p, const Answer *answer, double *torque) {
    const Scene *s = p->scene;
    for (int c = 0; c < s->contacts; c++) {
        double force = 0, x = 0, y = 0;
        for (int k = s->press_start[c]; k < s->press_start[c + 1]; k++) {
            force += answer->press[k];
            x += answer->press[k] * s->press_x[k];
            y += answer->press[k] * s->press_y[k];
        }
        for (int k = s->pull_start[c]; k < s->pull_start[c + 1]; k++) {
            force -= answer->pull[k];
            x -= answer->pull[k] * s->pull_x[k];
            y -= answer->pull[k] * s->pull_y[k];
        }
        for (int end = 0; end < 2; end++) {
            int b = end ? s->bottom[c] : s->top[c];
            double sign = end ? -1 : 1;
            if (b == s->bricks) continue;
            torque[2 * b] += sign * (y - force * s->centre_y[b]);
            torque[2 * b + 1] -= sign * (x - force * s->centre_x[b]);
        }
    }
}

void find_friction(const Program *p, Arena *arena, Answer *answer) {
    const Scene *s = p->scene;
    Tree tree = grow_tree(s, arena);
    double *torque = TAKE(arena, double, 2 * s->bricks);
    double *pushed = TAKE(arena, double, 2 * s->bricks); /* S of both axes */
    double *needed = TAKE(arena, double, 2 * s->bricks + 1);
    find_torques(p, answer, torque);
    for (int e = 0; e < s->sides; e++) {
        pushed[2 * s->side_low[e] + s->side_axis[e]] -= answer->side[e];
        pushed[2 * s->side_high[e] + s->side_axis[e]] += answer->side[e];
    }
    for (int axis = 0; axis < 2; axis++) {
        double *friction = axis ? answer->friction_y : answer->friction_x;
        memset(friction, 0, (size_t)s->contacts * sizeof(double));
        for (int b = 0; b < s->bricks; b++) {
            const double *residual = answer->residual + PARTS * b;
            double turning = axis ? -(torque[2 * b] + residual[T1])
                                  : torque[2 * b + 1] + residual[T2];
            double sum = turning / HALF_HEIGHT - pushed[2 * b + axis];
            double difference = -pushed[2 * b + axis] - residual[axis ? FY : FX];
            needed[b] = (sum + difference) / 2;
            needed[s->bricks + b] = (sum - difference) / 2;
        }
        for (int i = tree.count - 1; i >= 0; i--) {
            int face = tree.order[i], contact = tree.parent[face], ends[2];
            if (contact < 0) continue;
            ends_of(s, contact, ends);
            friction[contact] = needed[face];
            needed[ends[0] == face ? ends[1] : ends[0]] -= needed[face];
        }
    }
}
