/* Friction of every contact, once the other forces are known. */
#pragma once
#include "interior.h"

/* answer->friction_x and friction_y: [contacts], 0.01 N, felt by the brick on top. */
void find_friction(const Program *program, Arena *arena, Answer *answer);
