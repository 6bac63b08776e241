/* Memory that is given back all at once. Running out of it ends the solve, not the process. */
#pragma once
#include <setjmp.h>
#include <stddef.h>

typedef struct Block Block;
typedef struct {
    Block *blocks;
    jmp_buf *out; /* where to go when there is no more memory */
} Arena;

/* Room for `count` items of `size` bytes, all zero, fit for `Rows`. */
void *take(Arena *arena, size_t count, size_t size);
/* The same, not zeroed. */
void *take_unset(Arena *arena, size_t count, size_t size);
void give_back(Arena *arena);

#define TAKE(arena, type, count) ((type *)take(arena, (size_t)(count), sizeof(type)))
#define TAKE_UNSET(arena, type, count) ((type *)take_unset(arena, (size_t)(count), sizeof(type)))
