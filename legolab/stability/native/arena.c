#include "arena.h"

#include <stdatomic.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

enum { ALIGNED = 64 };
static const size_t FIRST_BLOCK = (size_t)1 << 20;
static const size_t LARGEST_KEPT = (size_t)1 << 26;

struct Block {
    Block *next;
    size_t size, used; /* bytes of `items` */
    char items[];
};

/* One block stays for the next solve, whoever's that is: new memory costs as much as a small one. */
static _Atomic(Block *) kept;

static void open_block(Arena *arena, size_t needed) {
    Block *block = atomic_exchange(&kept, NULL);
    if (block && block->size < needed) {
        free(block);
        block = NULL;
    }
    if (!block) {
        size_t size = arena->blocks ? 2 * arena->blocks->size : FIRST_BLOCK;
        if (size < needed) size = needed;
        block = malloc(sizeof(Block) + size);
        if (!block) longjmp(*arena->out, 1);
        block->size = size;
    }
    block->used = 0;
    block->next = arena->blocks;
    arena->blocks = block;
}

void *take_unset(Arena *arena, size_t count, size_t size) {
    if (size && count > ((size_t)-1 / 4) / size) longjmp(*arena->out, 1);
    size_t needed = count * size + ALIGNED;
    if (!arena->blocks || arena->blocks->size - arena->blocks->used < needed)
        open_block(arena, needed);
    Block *block = arena->blocks;
    char *items = block->items + block->used;
    items += -(uintptr_t)items & (ALIGNED - 1);
    block->used = (size_t)(items - block->items) + count * size;
    return items;
}

void *take(Arena *arena, size_t count, size_t size) {
    return memset(take_unset(arena, count, size), 0, count * size);
}

void give_back(Arena *arena) {
    Block *block = arena->blocks; /* the newest is the largest */
    if (!block) return;
    arena->blocks = block->next;
    free(block->size <= LARGEST_KEPT ? atomic_exchange(&kept, block) : block);
    while ((block = arena->blocks)) {
        arena->blocks = block->next;
        free(block);
    }
}
