/* What Python calls. One call, one answer; nothing is kept between calls. */
#include "friction.h"
#include "scene.h"

#ifndef SOURCES
#define SOURCES "unknown"
#endif

const char *legolab_sources(void) { return SOURCES; }

/* The optimum of `costs` in `answer`; of `published`, where given, only the least cost in
`objective`. Returns an Outcome; only after EXACT is there an answer. */
int legolab_solve(const Scene *scene, const Costs *costs, const Costs *published, double seconds,
                  Answer *answer, double *objective) {
    jmp_buf out;
    Arena arena = {NULL, &out};
    if (setjmp(out)) {
        give_back(&arena);
        return OUT_OF_MEMORY;
    }
    double deadline = now() + seconds;
    Program program = {0};
    lay_out_program(&program, &arena, scene);
    Method *method = open_method(&arena, &program, costs);
    answer->rows = program.rows;
    answer->columns = unknowns_of(method);
    Outcome outcome = minimise(method, costs, 0, deadline, answer);
    if (outcome == EXACT && answer->friction_x) find_friction(&program, &arena, answer);
    if (outcome == EXACT && published) {
        Answer other = {0};
        outcome = minimise(method, published, 1, deadline, &other);
        *objective = other.objective;
    }
    give_back(&arena);
    return (int)outcome;
}

/* Of each brick, in the order given: the largest pull below it, 0.01 N, the largest part of its
balance that is left, N or N m, and whether it reaches the ground. */
int legolab_judge(const Bricks *bricks, double seconds, double *pull, double *left, char *held) {
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
    int *order = TAKE(&arena, int, bricks->count);
    char *reached = TAKE(&arena, char, bricks->count);
    lay_out_scene(bricks, &arena, &scene, order);
    break_ties(&scene, &arena, &costs);
    find_held(&scene, reached);
    lay_out_program(&program, &arena, &scene);
    Answer answer = {.pull = TAKE(&arena, double, scene.pull_start[scene.contacts]),
                     .residual = TAKE(&arena, double, PARTS * scene.bricks)};
    Outcome outcome = minimise(open_method(&arena, &program, &costs), &costs, 0, deadline, &answer);
    for (int b = 0; outcome == EXACT && b < scene.bricks; b++) {
        double most = 0, worst = 0;
        for (int k = scene.pull_start[program.first[b]]; k < scene.pull_start[program.first[b + 1]]; k++)
            most = answer.pull[k] > most ? answer.pull[k] : most;
        for (int part = 0; part < PARTS; part++) {
            double size = answer.residual[PARTS * b + part] * (part == T1 || part == T2 ? 0.0078 : 1);
            worst = size > worst ? size : -size > worst ? -size : worst;
        }
        pull[order[b]] = most;
        left[order[b]] = 0.01 * worst;
        held[order[b]] = reached[b];
    }
    give_back(&arena);
    return (int)outcome;
}
