/* What Python calls. One call, one answer; between calls nothing is kept but memory. */
#include "friction.h"
#include "scene.h"
#include "support.h"

#include <math.h>
#include <string.h>

#ifndef SOURCES
#define SOURCES "unknown"
#endif

static const double DUST = 1e-14; /* of the largest weight: what rounding leaves of nothing */

const char *legolab_sources(void) { return SOURCES; }

/* The least that other costs of the same form as `costs` come to, after an EXACT answer to these. */
static Outcome cost_again(Arena *arena, const Program *program, Method *method, const Costs *costs,
                          const Costs *others, double deadline, double *objective) {
    Costs same = *others;
    Answer answer = {0};
    same.balanced = costs->balanced;
    Outcome outcome = minimise(method, &same, AGAIN, deadline, &answer);
    if (outcome == INEXACT && same.balanced) {
        same.balanced = 0;
        method = open_method(arena, program, &same);
        outcome = minimise(method, &same, NOT_BY_PRESSES_ALONE, deadline, &answer);
    }
    if (outcome == INEXACT && same.cap)
        outcome = minimise(method, &same, OTHERWISE, deadline, &answer);
    *objective = answer.objective;
    return outcome;
}

/* How bricks fare. Arrays are the caller's, bricks in the order given; after EXACT they are filled. */
typedef struct {
    int room;                    /* of `force` */
    int contacts, presses, pulls, sides, sides_along_x, rows, columns;
    double *pull;                /* [bricks] the largest below it, 0.01 N */
    double *residual;            /* [bricks][PARTS] 0.01 N, 0.01 N times a stud pitch */
    char *held;                  /* [bricks] it reaches the ground */
    double *force;               /* presses, pulls, friction along x, along y, sides; or NULL */
    double objective;            /* of the published program, where `force` is wanted, 1e-6 N */
    double holds;                /* given: if above 0, a verdict is enough, see `Costs` */
} Judgement;

static int take_forces(const Scene *scene, Judgement *found, Answer *answer) {
    found->contacts = scene->contacts;
    found->presses = scene->press_start[scene->contacts];
    found->pulls = scene->pull_start[scene->contacts];
    found->sides = scene->sides;
    found->sides_along_x = 0;
    for (int e = 0; e < scene->sides; e++) found->sides_along_x += scene->side_axis[e] == 0;
    if (found->presses + found->pulls + 2 * found->contacts + found->sides > found->room) return 0;
    answer->press = found->force;
    answer->pull = answer->press + found->presses;
    answer->friction_x = answer->pull + found->pulls;
    answer->friction_y = answer->friction_x + found->contacts;
    answer->side = answer->friction_y + found->contacts;
    return 1;
}

static void tell(const Program *p, const int *order, const char *held, const Answer *answer,
                 Judgement *found) {
    const Scene *s = p->scene;
    double largest = 0;
    for (int b = 0; b < s->bricks; b++) largest = fmax(largest, s->weight[b]);
    for (int b = 0; b < s->bricks; b++) {
        double most = 0;
        for (int k = s->pull_start[p->first[b]]; k < s->pull_start[p->first[b + 1]]; k++)
            most = answer->pull[k] > most ? answer->pull[k] : most;
        found->pull[order[b]] = most > DUST * largest ? most : 0;
        found->held[order[b]] = held[b];
        for (int part = 0; part < PARTS; part++)
            found->residual[PARTS * order[b] + part] = answer->residual[PARTS * b + part];
    }
}

/* within: if above 0, nothing may be out of balance, and no pull above so much, 0.01 N.
before: what is known of the first of these bricks; after: what is known now; or NULL.
Returns an Outcome, as all of these; only after EXACT there is an answer, only where a verdict is enough
STANDS or FALLS. */
int legolab_judge(const Bricks *bricks, double within, double seconds, const Support *before,
                  Support *after, Judgement *found) {
    jmp_buf out;
    Arena arena = {NULL, &out};
    if (setjmp(out)) {
        give_back(&arena);
        return OUT_OF_MEMORY;
    }
    double deadline = now() + seconds;
    Scene scene;
    Costs costs, published;
    Program program = {0};
    int *order = TAKE(&arena, int, bricks->count);
    char *held = TAKE(&arena, char, bricks->count);
    lay_out_scene(bricks, &arena, &scene, order);
    lay_out_costs(&scene, &arena, 1, within, &costs);
    find_held(&scene, held);
    costs.holds = found->holds;
    if (found->holds > 0 && memchr(held, 0, (size_t)bricks->count)) {
        give_back(&arena);
        return FALLS;
    }
    lay_out_program(&program, &arena, &scene);
    Answer answer = {.pull = TAKE(&arena, double, scene.pull_start[scene.contacts]),
                     .residual = TAKE(&arena, double, PARTS * scene.bricks)};
    Outcome outcome = INEXACT;
    if (!found->force || take_forces(&scene, found, &answer)) {
        Method *method;
        outcome = minimise_in_turn(&arena, &program, &costs, before, order, deadline, &answer,
                                   &method);
        found->rows = program.rows;
        found->columns = unknowns_of(method);
        if (outcome == EXACT) tell(&program, order, held, &answer, found);
        if (outcome == EXACT && after) keep_support(method, order, after);
        if (outcome == EXACT && found->force) {
            find_friction(&program, &arena, &answer);
            lay_out_costs(&scene, &arena, 0, within, &published);
            outcome = cost_again(&arena, &program, method, &costs, &published, deadline,
                                 &found->objective);
        }
    }
    give_back(&arena);
    return (int)outcome;
}

/* The smallest largest pull that keeps every brick in balance, 0.01 N; infinite where a brick does not
reach the ground. INEXACT perhaps for want of any balance. */
int legolab_least_pull(const Bricks *bricks, double seconds, double *pull) {
    jmp_buf out;
    Arena arena = {NULL, &out};
    if (setjmp(out)) {
        give_back(&arena);
        return OUT_OF_MEMORY;
    }
    double deadline = now() + seconds;
    Scene scene;
    Costs costs;
    Program program = {0};
    Answer answer = {0};
    Outcome outcome = EXACT;
    char *held = TAKE(&arena, char, bricks->count);
    lay_out_scene(bricks, &arena, &scene, TAKE(&arena, int, bricks->count));
    find_held(&scene, held);
    if (memchr(held, 0, (size_t)bricks->count)) *pull = INFINITY;
    else {
        Method *method;
        lay_out_largest(&scene, &arena, &costs);
        lay_out_program(&program, &arena, &scene);
        outcome = minimise_in_turn(&arena, &program, &costs, NULL, NULL, deadline, &answer, &method);
        *pull = answer.objective / costs.max_pull[0];
    }
    give_back(&arena);
    return (int)outcome;
}
