#include "arena.h"

#include <stdlib.h>

struct Block {
    Block *next;
    double items[]; /* aligned for whatever is kept here */
};

void *take(Arena *arena, size_t count, size_t size) {
    if (size && count > ((size_t)-1 - sizeof(Block)) / size) longjmp(*arena->out, 1);
    Block *block = calloc(1, sizeof(Block) + count * size);
    if (!block) longjmp(*arena->out, 1);
    block->next = arena->blocks;
    arena->blocks = block;
    return block->items;
}

void give_back(Arena *arena) {
    while (arena->blocks) {
        Block *block = arena->blocks;
        arena->blocks = block->next;
        free(block);
    }
}
