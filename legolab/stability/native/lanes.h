/* Numbers that are worked on several at a time. */
#pragma once

/* Loops over many numbers, compiled for several kinds of processor; the best one is taken. */
#if defined(__GNUC__) && defined(__x86_64__) && defined(__GLIBC__)
#define MANY __attribute__((target_clones("arch=x86-64-v4", "arch=x86-64-v3", "default")))
#else
#define MANY
#endif

/* Part of whatever calls it, and so compiled for the same kind of processor. */
#define PART static inline __attribute__((always_inline))

/* Four: most contacts have three or four points, or a few times as many. A contact touches up to
eight rows. */
enum { LANES = 4, ROWS = 8 };

typedef double Lanes __attribute__((vector_size(LANES * sizeof(double)), may_alias));
typedef double Rows __attribute__((vector_size(ROWS * sizeof(double)), may_alias));

PART Lanes in_lanes(double value) {
    return (Lanes){0} + value;
}

PART double sum_of(Lanes a) {
    return (a[0] + a[2]) + (a[1] + a[3]);
}

/* So many blocks of lanes hold `count` numbers. */
static inline int blocks_for(int count) { return (count + LANES - 1) / LANES; }
