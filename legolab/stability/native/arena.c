#include "arena.h"

#include <stdint.h>
#include <stdlib.h>

enum { ALIGNED = 64 };

struct Block {
    Block *next;
    char items[]; /* and before them what it takes to be aligned */
};

void *take(Arena *arena, size_t count, size_t size) {
    if (size && count > ((size_t)-1 - sizeof(Block) - ALIGNED) / size) longjmp(*arena->out, 1);
    Block *block = calloc(1, sizeof(Block) + ALIGNED + count * size);
    if (!block) longjmp(*arena->out, 1);
    block->next = arena->blocks;
    arena->blocks = block;
    return block->items + (-(uintptr_t)block->items & (ALIGNED - 1));
}

void give_back(Arena *arena) {
    while (arena->blocks) {
        Block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
}
