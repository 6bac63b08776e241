/* What Python calls. One call, one answer; nothing is kept between calls. */
#include "friction.h"

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
    if (outcome == EXACT && answer->friction_x && answer->residual) find_friction(&program, &arena, answer);
    if (outcome == EXACT && published) {
        Answer other = {0};
        outcome = minimise(method, published, 1, deadline, &other);
        *objective = other.objective;
    }
    give_back(&arena);
    return (int)outcome;
}
