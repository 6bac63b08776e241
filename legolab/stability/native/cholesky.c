#include "cholesky.h"

#include <string.h>

static const double INFINITE_PIVOT = 1e100;

/* The graph while variables are eliminated: a variable belongs to elements, an element is a set of
variables all joined to one another. First the cliques are the elements; a variable that goes
leaves one element, the union of its own, which is also its column of L. */
typedef struct {
    int *start, *count, *var; /* elements: variables of each */
    char *gone;
    int *outside, *seen; /* variables of an element that are not in the newest one */
    int *own_start, *own_count, *own; /* variables: elements of each */
    int *degree, *head, *next, *previous; /* variables in lists by approximate degree */
    int *mark;
    int used, room;
} Graph;

static void list_add(Graph *g, int var) {
    int degree = g->degree[var];
    g->next[var] = g->head[degree];
    g->previous[var] = -1;
    if (g->head[degree] >= 0) g->previous[g->head[degree]] = var;
    g->head[degree] = var;
}

static void list_drop(Graph *g, int var) {
    if (g->previous[var] >= 0)
        g->next[g->previous[var]] = g->next[var];
    else
        g->head[g->degree[var]] = g->next[var];
    if (g->next[var] >= 0) g->previous[g->next[var]] = g->previous[var];
}

static void fill_with(int *items, int count, int value) {
    for (int i = 0; i < count; i++) items[i] = value;
}

static void open_graph(Graph *g, Arena *arena, int size, int cliques, const int *clique_start,
                       const int *clique_var) {
    int total = clique_start[cliques], elements = cliques + size;
    g->start = TAKE(arena, int, elements);
    g->count = TAKE(arena, int, elements);
    g->gone = TAKE(arena, char, elements);
    g->outside = TAKE(arena, int, elements);
    g->seen = TAKE(arena, int, elements);
    g->room = 4 * total + 8 * size;
    g->var = TAKE(arena, int, g->room);
    g->used = total;
    g->own_start = TAKE(arena, int, size + 1);
    g->own_count = TAKE(arena, int, size);
    g->own = TAKE(arena, int, total);
    g->degree = TAKE(arena, int, size);
    g->head = TAKE(arena, int, size);
    g->next = TAKE(arena, int, size);
    g->previous = TAKE(arena, int, size);
    g->mark = TAKE(arena, int, size);
    fill_with(g->seen, elements, -1);
    fill_with(g->head, size, -1);
    fill_with(g->mark, size, -1);
    memcpy(g->var, clique_var, (size_t)total * sizeof(int));
    for (int c = 0; c < cliques; c++) {
        g->start[c] = clique_start[c];
        g->count[c] = clique_start[c + 1] - clique_start[c];
    }
    for (int i = 0; i < total; i++) g->own_start[clique_var[i] + 1]++;
    for (int v = 0; v < size; v++) g->own_start[v + 1] += g->own_start[v];
    for (int c = 0; c < cliques; c++)
        for (int i = clique_start[c]; i < clique_start[c + 1]; i++) {
            int v = clique_var[i];
            g->own[g->own_start[v] + g->own_count[v]++] = c;
        }
    for (int v = 0; v < size; v++) {
        int degree = 0;
        for (int i = 0; i < g->own_count[v]; i++)
            degree += g->count[g->own[g->own_start[v] + i]] - 1;
        g->degree[v] = degree < size ? degree : size - 1;
        list_add(g, v);
    }
}

/* The element that `var` leaves: all variables that shared one with it. */
static void eliminate(Graph *g, Arena *arena, int var, int element, int step, int size) {
    const int *own = g->own + g->own_start[var];
    int most = 0;
    for (int i = 0; i < g->own_count[var]; i++) most += g->count[own[i]];
    if (g->used + most > g->room) {
        int *wider = TAKE(arena, int, 2 * (g->used + most));
        memcpy(wider, g->var, (size_t)g->used * sizeof(int));
        g->var = wider;
        g->room = 2 * (g->used + most);
    }
    g->mark[var] = size;
    g->start[element] = g->used;
    for (int i = 0; i < g->own_count[var]; i++) {
        int old = own[i];
        for (int j = g->start[old]; j < g->start[old] + g->count[old]; j++) {
            int other = g->var[j];
            if (g->mark[other] == step || g->mark[other] == size) continue;
            g->mark[other] = step;
            g->var[g->used++] = other;
        }
        g->gone[old] = 1;
    }
    g->count[element] = g->used - g->start[element];
}

/* New degrees of the variables of the newest element; elements within it go. */
static void update_degrees(Graph *g, int element, int step, int left) {
    const int *vars = g->var + g->start[element];
    int count = g->count[element];
    for (int j = 0; j < count; j++) {
        const int *own = g->own + g->own_start[vars[j]];
        for (int i = 0; i < g->own_count[vars[j]]; i++) {
            int old = own[i];
            if (g->gone[old]) continue;
            if (g->seen[old] != step) {
                g->seen[old] = step;
                g->outside[old] = g->count[old];
            }
            g->outside[old]--;
        }
    }
    for (int j = 0; j < count; j++) {
        int var = vars[j], degree = count - 1, kept = 0, *own = g->own + g->own_start[var];
        for (int i = 0; i < g->own_count[var]; i++) {
            int old = own[i];
            if (g->gone[old] || g->outside[old] == 0) continue;
            degree += g->outside[old];
            own[kept++] = old;
        }
        own[kept++] = element;
        g->own_count[var] = kept;
        list_drop(g, var);
        g->degree[var] = degree < left - 1 ? degree : left - 1;
        list_add(g, var);
    }
}

/* Rows of L ascending in every column: what is sorted by row once is sorted by column after. */
static void lay_out(Factor *f, Arena *arena, const Graph *g, int cliques) {
    int size = f->size;
    f->start = TAKE(arena, int, size + 1);
    for (int k = 0; k < size; k++) f->start[k + 1] = f->start[k] + 1 + g->count[cliques + k];
    int entries = f->start[size];
    f->row = TAKE(arena, int, entries);
    f->value = TAKE(arena, double, entries);
    int *by_row = TAKE(arena, int, size + 1), *column = TAKE(arena, int, entries);
    int *at = TAKE(arena, int, size);
    for (int k = 0; k < size; k++)
        for (int j = 0; j < g->count[cliques + k]; j++)
            by_row[f->position[g->var[g->start[cliques + k] + j]] + 1]++;
    for (int r = 0; r < size; r++) by_row[r + 1] += by_row[r];
    memcpy(at, by_row, (size_t)size * sizeof(int));
    for (int k = 0; k < size; k++)
        for (int j = 0; j < g->count[cliques + k]; j++)
            column[at[f->position[g->var[g->start[cliques + k] + j]]]++] = k;
    for (int k = 0; k < size; k++) {
        f->row[f->start[k]] = k;
        at[k] = f->start[k] + 1;
    }
    for (int r = 0; r < size; r++)
        for (int i = by_row[r]; i < by_row[r + 1]; i++) f->row[at[column[i]]++] = r;
}

void plan_factor(Factor *f, Arena *arena, int size, int cliques, const int *clique_start,
                 const int *clique_var) {
    Graph g;
    open_graph(&g, arena, size, cliques, clique_start, clique_var);
    f->size = size;
    f->order = TAKE(arena, int, size);
    f->position = TAKE(arena, int, size);
    for (int step = 0, least = 0; step < size; step++) {
        while (g.head[least] < 0) least++;
        int var = g.head[least];
        list_drop(&g, var);
        f->order[step] = var;
        f->position[var] = step;
        eliminate(&g, arena, var, cliques + step, step, size);
        update_degrees(&g, cliques + step, step, size - step - 1);
        for (int j = 0; j < g.count[cliques + step]; j++) {
            int degree = g.degree[g.var[g.start[cliques + step] + j]];
            if (degree < least) least = degree;
        }
    }
    lay_out(f, arena, &g, cliques);
    f->diagonal = TAKE(arena, double, size);
    f->column = TAKE(arena, double, size);
    f->first = TAKE(arena, int, size);
    f->next = TAKE(arena, int, size);
    f->reached = TAKE(arena, int, size);
}

void place_cliques(const Factor *f, Arena *arena, int cliques, const int *clique_start,
                   int *clique_var, int **place_start, int **place) {
    int size = f->size, total = clique_start[cliques];
    int *start = TAKE(arena, int, cliques + 1);
    for (int c = 0; c < cliques; c++) {
        int count = clique_start[c + 1] - clique_start[c], *vars = clique_var + clique_start[c];
        start[c + 1] = start[c] + count * (count + 1) / 2;
        for (int i = 1; i < count; i++) { /* by insertion: cliques are small */
            int var = vars[i], j = i;
            for (; j > 0 && f->position[vars[j - 1]] > f->position[var]; j--) vars[j] = vars[j - 1];
            vars[j] = var;
        }
    }
    int *by_var = TAKE(arena, int, size + 1), *clique = TAKE(arena, int, total);
    int *index = TAKE(arena, int, total), *at = TAKE(arena, int, size);
    for (int i = 0; i < total; i++) by_var[clique_var[i] + 1]++;
    for (int v = 0; v < size; v++) by_var[v + 1] += by_var[v];
    memcpy(at, by_var, (size_t)size * sizeof(int));
    for (int c = 0; c < cliques; c++)
        for (int i = clique_start[c]; i < clique_start[c + 1]; i++) {
            int to = at[clique_var[i]]++;
            clique[to] = c;
            index[to] = i - clique_start[c];
        }
    int *where = TAKE(arena, int, size);
    *place_start = start;
    *place = TAKE(arena, int, start[cliques]);
    for (int k = 0; k < size; k++) {
        for (int p = f->start[k]; p < f->start[k + 1]; p++) where[f->row[p]] = p;
        int var = f->order[k];
        for (int q = by_var[var]; q < by_var[var + 1]; q++) {
            int c = clique[q], j = index[q], count = clique_start[c + 1] - clique_start[c];
            for (int i = j; i < count; i++)
                (*place)[start[c] + i * (i + 1) / 2 + j] =
                    where[f->position[clique_var[clique_start[c] + i]]];
        }
    }
}

/* Column `k` of L waits for the row of its entry at `at`. */
static void wait_for(Factor *f, int k, int at) {
    if (at == f->start[k + 1]) return;
    f->reached[k] = at;
    f->next[k] = f->first[f->row[at]];
    f->first[f->row[at]] = k;
}

void factor(Factor *f, double nothing) {
    double *column = f->column, *value = f->value;
    const int *row = f->row;
    fill_with(f->first, f->size, -1);
    for (int j = 0; j < f->size; j++) {
        int start = f->start[j], end = f->start[j + 1];
        for (int p = start; p < end; p++) column[row[p]] = value[p];
        for (int k = f->first[j], after; k >= 0; k = after) {
            after = f->next[k];
            int from = f->reached[k], to = f->start[k + 1];
            double factor = value[from] * f->diagonal[k];
            for (int p = from; p < to; p++) column[row[p]] -= factor * value[p];
            wait_for(f, k, from + 1);
        }
        double pivot = column[j];
        if (!(pivot > nothing * value[start])) pivot = INFINITE_PIVOT;
        f->diagonal[j] = pivot;
        double inverse = 1 / pivot;
        for (int p = start + 1; p < end; p++) value[p] = column[row[p]] * inverse;
        wait_for(f, j, start + 1);
    }
}

void factor_solve(const Factor *f, double *x, double *scratch) {
    const int *row = f->row, *start = f->start;
    for (int j = 0; j < f->size; j++) scratch[j] = x[f->order[j]];
    for (int j = 0; j < f->size; j++) {
        double done = scratch[j];
        if (done == 0) continue;
        for (int p = start[j] + 1; p < start[j + 1]; p++) scratch[row[p]] -= f->value[p] * done;
    }
    for (int j = f->size - 1; j >= 0; j--) {
        double sum = scratch[j] / f->diagonal[j];
        for (int p = start[j] + 1; p < start[j + 1]; p++) sum -= f->value[p] * scratch[row[p]];
        scratch[j] = sum;
    }
    for (int j = 0; j < f->size; j++) x[f->order[j]] = scratch[j];
}
