/* What of an answer helps to find the next one, when bricks were put on: the forces and the motion.
Whatever it says, the next answer is proved like any other. */
#pragma once
#include "method.h"

/* Bricks in the order given, contacts and sides in the order of the scene. */
struct Support {
    int bricks;     /* the first so many of those given; 0: nothing is known */
    int room, used; /* of `force` */
    int pulls, residuals; /* how many are not 0 */
    double *motion; /* [bricks][5] rise; shifts along x and y of the sheet above, of that below */
    float *force;   /* presses of each contact, then each pull and its room; sides; residuals
                       [bricks][PARTS] */
};

/* order: [bricks] which of the bricks given each brick of the scene is. Without enough room nothing
is kept. */
void keep_support(const Method *m, const int *order, Support *kept);

/* Forces and motion as they were; between bricks of which one is new all presses act. Returns 0, with
nothing done, where it cannot be of these bricks. */
int take_support(Method *m, const int *order, const Support *kept);
