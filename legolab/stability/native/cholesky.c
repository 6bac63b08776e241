#include "cholesky.h"

#include <string.h>

static const double INFINITE_PIVOT = 1e100;
/* Entries that are 0 and kept all the same, at most, to make one front of two. */
static const int SPARE_ENTRIES = 8;

/* The graph while groups of variables are eliminated: a group belongs to elements, an element is a
set of groups all joined to one another. First the cliques are the elements; a group that goes
leaves one element, the union of its own, which is also what its columns of L have below them.
Sizes and degrees count variables. */
typedef struct {
    const int *first;    /* [groups + 1] variables of each group */
    int *start, *count, *size, *var; /* elements: groups of each */
    char *gone;
    int *outside, *seen; /* variables of an element that are not in the newest one */
    int *own_start, *own_count, *own; /* groups: elements of each */
    int *degree, *head, *next, *previous; /* groups in lists by approximate degree */
    int *mark;
    int used, room;
} Graph;

static int size_of(const Graph *g, int group) { return g->first[group + 1] - g->first[group]; }

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

static void open_graph(Graph *g, Arena *arena, int groups, const int *first, int cliques,
                       const int *clique_start, const int *clique_group) {
    int total = clique_start[cliques], elements = cliques + groups, size = first[groups];
    g->first = first;
    g->size = TAKE(arena, int, elements);
    g->start = TAKE(arena, int, elements);
    g->count = TAKE(arena, int, elements);
    g->gone = TAKE(arena, char, elements);
    g->outside = TAKE(arena, int, elements);
    g->seen = TAKE(arena, int, elements);
    g->room = 4 * total + 8 * groups;
    g->var = TAKE(arena, int, g->room);
    g->used = total;
    g->own_start = TAKE(arena, int, groups + 1);
    g->own_count = TAKE(arena, int, groups);
    g->own = TAKE(arena, int, total);
    g->degree = TAKE(arena, int, groups);
    g->head = TAKE(arena, int, size);
    g->next = TAKE(arena, int, groups);
    g->previous = TAKE(arena, int, groups);
    g->mark = TAKE(arena, int, groups);
    fill_with(g->seen, elements, -1);
    fill_with(g->head, size, -1);
    fill_with(g->mark, groups, -1);
    memcpy(g->var, clique_group, (size_t)total * sizeof(int));
    for (int c = 0; c < cliques; c++) {
        g->start[c] = clique_start[c];
        g->count[c] = clique_start[c + 1] - clique_start[c];
        for (int i = clique_start[c]; i < clique_start[c + 1]; i++)
            g->size[c] += size_of(g, clique_group[i]);
    }
    for (int i = 0; i < total; i++) g->own_start[clique_group[i] + 1]++;
    for (int v = 0; v < groups; v++) g->own_start[v + 1] += g->own_start[v];
    for (int c = 0; c < cliques; c++)
        for (int i = clique_start[c]; i < clique_start[c + 1]; i++) {
            int v = clique_group[i];
            g->own[g->own_start[v] + g->own_count[v]++] = c;
        }
    for (int v = 0; v < groups; v++) {
        int degree = 0;
        for (int i = 0; i < g->own_count[v]; i++)
            degree += g->size[g->own[g->own_start[v] + i]] - size_of(g, v);
        g->degree[v] = degree < size ? degree : size - 1;
        list_add(g, v);
    }
}

/* The element that group `var` leaves: all groups that shared one with it. */
static void eliminate(Graph *g, Arena *arena, int var, int element, int step, int groups) {
    const int *own = g->own + g->own_start[var];
    int most = 0;
    for (int i = 0; i < g->own_count[var]; i++) most += g->count[own[i]];
    if (g->used + most > g->room) {
        int *wider = TAKE(arena, int, 2 * (g->used + most));
        memcpy(wider, g->var, (size_t)g->used * sizeof(int));
        g->var = wider;
        g->room = 2 * (g->used + most);
    }
    g->mark[var] = groups;
    g->start[element] = g->used;
    for (int i = 0; i < g->own_count[var]; i++) {
        int old = own[i];
        for (int j = g->start[old]; j < g->start[old] + g->count[old]; j++) {
            int other = g->var[j];
            if (g->mark[other] == step || g->mark[other] == groups) continue;
            g->mark[other] = step;
            g->size[element] += size_of(g, other);
            g->var[g->used++] = other;
        }
        g->gone[old] = 1;
    }
    g->count[element] = g->used - g->start[element];
}

/* New degrees of the groups of the newest element; elements within it go. `left`: variables. */
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
                g->outside[old] = g->size[old];
            }
            g->outside[old] -= size_of(g, vars[j]);
        }
    }
    for (int j = 0; j < count; j++) {
        int var = vars[j], degree = g->size[element] - size_of(g, var), kept = 0;
        int *own = g->own + g->own_start[var];
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

/* What the plan knows of a group's columns when it is in its place: the variables of each, and the
places of the groups below it, ascending. */
typedef struct {
    int *group, *place;      /* place -> group and back */
    int *column;             /* [groups + 1] first position */
    int *start, *below;      /* [groups + 1] */
    int *size;               /* variables of `below` */
} Columns;

/* Columns of L go just before those that they change first: neighbours then have one shape.
`step` of a place: at which its group was eliminated. */
static void order_by_tree(Columns *all, Arena *arena, const Graph *g, int groups, int cliques,
                          int *step) {
    int placed = 0, depth = 0;
    int *child = TAKE(arena, int, groups + 1), *sibling = TAKE(arena, int, groups);
    int *path = TAKE(arena, int, groups + 1), *eliminated = TAKE(arena, int, groups);
    fill_with(child, groups + 1, -1);
    for (int k = groups - 1; k >= 0; k--) {
        const int *below = g->var + g->start[cliques + k];
        int parent = groups;
        for (int j = 0; j < g->count[cliques + k]; j++)
            if (all->place[below[j]] < parent) parent = all->place[below[j]];
        sibling[k] = child[parent];
        child[parent] = k;
    }
    for (path[0] = groups; depth >= 0;) {
        int next = child[path[depth]];
        if (next >= 0) {
            child[path[depth]] = sibling[next];
            path[++depth] = next;
        } else {
            if (depth) step[placed++] = path[depth];
            depth--;
        }
    }
    memcpy(eliminated, all->group, (size_t)groups * sizeof(int));
    for (int k = 0; k < groups; k++) {
        int group = all->group[k] = eliminated[step[k]];
        all->place[group] = k;
        all->column[k + 1] = all->column[k] + size_of(g, group);
        all->size[k] = g->size[cliques + step[k]];
        all->start[k + 1] = all->start[k] + g->count[cliques + step[k]];
    }
}

/* What is sorted by row once is sorted by column after. */
static void sort_columns(Columns *all, Arena *arena, const Graph *g, int groups, int cliques,
                         const int *step) {
    int total = all->start[groups];
    int *by_row = TAKE(arena, int, groups + 1), *column = TAKE(arena, int, total);
    int *at = TAKE(arena, int, groups);
    all->below = TAKE(arena, int, total);
    for (int i = 0, k = 0; k < groups; k++)
        for (const int *var = g->var + g->start[cliques + step[k]]; i < all->start[k + 1]; i++)
            by_row[all->place[*var++] + 1]++;
    for (int r = 0; r < groups; r++) by_row[r + 1] += by_row[r];
    memcpy(at, by_row, (size_t)groups * sizeof(int));
    for (int i = 0, k = 0; k < groups; k++)
        for (const int *var = g->var + g->start[cliques + step[k]]; i < all->start[k + 1]; i++)
            column[at[all->place[*var++]]++] = k;
    memcpy(at, all->start, (size_t)groups * sizeof(int));
    for (int r = 0; r < groups; r++)
        for (int i = by_row[r]; i < by_row[r + 1]; i++) all->below[at[column[i]]++] = r;
}

/* Neighbouring columns of about one shape make a front. `last` of a front: the place of its last
group. */
static void divide(Factor *f, Arena *arena, const Columns *all, int groups, int *last) {
    f->front = TAKE(arena, Front, groups);
    for (int k = 0, spare = 0; k < groups; k++) {
        int columns = all->column[k + 1] - all->column[k];
        Front *front = f->front + f->fronts - 1;
        if (k && all->start[k] > all->start[k - 1] && all->below[all->start[k - 1]] == k) {
            int more = (all->size[k] + columns - all->size[k - 1]) * front->columns;
            if (spare + more <= SPARE_ENTRIES) {
                spare += more;
                front->columns += columns;
                last[f->fronts - 1] = k;
                continue;
            }
        }
        last[f->fronts] = k;
        f->front[f->fronts++] = (Front){.column = all->column[k], .columns = columns};
        spare = 0;
    }
}

static void lay_out_fronts(Factor *f, Arena *arena, const Columns *all, int groups) {
    int size = f->size, rows = 0, widest = 0, *last = TAKE(arena, int, groups);
    divide(f, arena, all, groups, last);
    f->diagonal_place = TAKE(arena, int, size);
    int *front_of = TAKE(arena, int, size);
    for (int n = 0; n < f->fronts; n++) {
        Front *front = f->front + n;
        front->rows = front->columns + all->size[last[n]];
        front->height = blocks_for(front->rows);
        rows += LANES * front->height;
        if (front->rows > widest) widest = front->rows;
    }
    int *row = TAKE(arena, int, rows), *above = TAKE(arena, int, rows);
    int *where = TAKE(arena, int, size);
    for (int n = 0; n < f->fronts; n++) {
        Front *front = f->front + n;
        int at = 0;
        front->row = row, front->above = above;
        for (; at < front->columns; at++) row[at] = front->column + at;
        for (int i = all->start[last[n]]; i < all->start[last[n] + 1]; i++)
            for (int k = all->column[all->below[i]]; k < all->column[all->below[i] + 1]; k++)
                row[at++] = k;
        fill_with(row + front->rows, LANES * front->height - front->rows, size);
        row += LANES * front->height, above += LANES * front->height;
        front->entry = f->entries;
        f->entries += front->rows * front->height * LANES;
        for (int i = 0; i < front->columns; i++) {
            front_of[front->column + i] = n;
            f->diagonal_place[front->column + i] = entry_of(front, i, i);
        }
    }
    for (int n = 0; n < f->fronts; n++) {
        Front *front = f->front + n;
        front->parent = front->rows > front->columns ? front_of[front->row[front->columns]] : -1;
        if (front->parent < 0) continue;
        const Front *parent = f->front + front->parent;
        for (int i = 0; i < parent->rows; i++) where[parent->row[i]] = i;
        for (int i = front->columns; i < front->rows; i++) front->above[i] = where[front->row[i]];
    }
    f->front_of = front_of;
    f->value = TAKE_UNSET(arena, double, f->entries + 1);
    f->gathered = TAKE(arena, Lanes, blocks_for(widest));
}

void plan_factor(Factor *f, Arena *arena, int groups, const int *first, int cliques,
                 const int *clique_start, const int *clique_group) {
    Graph g;
    int size = f->size = first[groups], left = size;
    Columns all = {TAKE(arena, int, groups),     TAKE(arena, int, groups),
                   TAKE(arena, int, groups + 1), TAKE(arena, int, groups + 1),
                   NULL,                         TAKE(arena, int, groups)};
    open_graph(&g, arena, groups, first, cliques, clique_start, clique_group);
    for (int step = 0, least = 0; step < groups; step++) {
        while (g.head[least] < 0) least++;
        int group = g.head[least];
        list_drop(&g, group);
        all.group[step] = group;
        all.place[group] = step;
        left -= size_of(&g, group);
        eliminate(&g, arena, group, cliques + step, step, groups);
        update_degrees(&g, cliques + step, step, left);
        for (int j = 0; j < g.count[cliques + step]; j++) {
            int degree = g.degree[g.var[g.start[cliques + step] + j]];
            if (degree < least) least = degree;
        }
    }
    int *step = TAKE(arena, int, groups);
    order_by_tree(&all, arena, &g, groups, cliques, step);
    sort_columns(&all, arena, &g, groups, cliques, step);
    lay_out_fronts(f, arena, &all, groups);
    f->order = TAKE(arena, int, size);
    f->position = TAKE(arena, int, size);
    for (int k = 0; k < groups; k++)
        for (int i = 0; i < size_of(&g, all.group[k]); i++) {
            f->order[all.column[k] + i] = first[all.group[k]] + i;
            f->position[first[all.group[k]] + i] = all.column[k] + i;
        }
    f->diagonal = TAKE(arena, double, size);
    f->whole = TAKE(arena, double, size);
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
        const Front *front = f->front + f->front_of[k];
        if (k == front->column)
            for (int i = 0; i < front->rows; i++) where[front->row[i]] = i;
        int var = f->order[k];
        for (int q = by_var[var]; q < by_var[var + 1]; q++) {
            int c = clique[q], j = index[q], count = clique_start[c + 1] - clique_start[c];
            for (int i = j; i < count; i++) {
                int row = where[f->position[clique_var[clique_start[c] + i]]];
                (*place)[start[c] + i * (i + 1) / 2 + j] =
                    entry_of(front, row, k - front->column);
            }
        }
    }
}

/* Eliminate the columns of a front that are its own from all its columns. */
PART void eliminate_columns(Factor *f, const Front *front, double nothing) {
    int height = front->height;
    Lanes *value = (Lanes *)(f->value + front->entry);
    for (int k = 0; k < front->columns; k++) {
        Lanes *own = value + k * height;
        double *items = (double *)own, pivot = items[k];
        if (!(pivot > nothing * f->whole[front->column + k])) pivot = INFINITE_PIVOT;
        f->diagonal[front->column + k] = pivot;
        double inverse = 1 / pivot;
        for (int j = k + 1; j < front->rows; j++) {
            double factor = items[j] * inverse;
            Lanes *other = value + j * height;
            for (int i = j / LANES; i < height; i++) other[i] -= factor * own[i];
        }
        for (int i = k / LANES; i < height; i++) own[i] *= inverse;
        for (int i = k / LANES * LANES; i <= k; i++) items[i] = 0;
    }
}

/* What is left of a front goes to the front of the first row that is not its own. */
PART void hand_up(Factor *f, const Front *front) {
    if (front->parent < 0) return;
    const Front *parent = f->front + front->parent;
    for (int j = front->columns; j < front->rows; j++) {
        const double *from = f->value + entry_of(front, 0, j);
        double *to = f->value + entry_of(parent, 0, front->above[j]);
        for (int i = j; i < front->rows; i++) to[front->above[i]] += from[i];
    }
}

MANY void factor(Factor *f, double nothing) {
    for (int k = 0; k < f->size; k++) f->whole[k] = f->value[f->diagonal_place[k]];
    for (int n = 0; n < f->fronts; n++) {
        eliminate_columns(f, f->front + n, nothing);
        hand_up(f, f->front + n);
    }
}

PART void gather(Lanes *to, int height, const int *row, const double *x) {
    for (int i = 0; i < height; i++, row += LANES)
        to[i] = (Lanes){x[row[0]], x[row[1]], x[row[2]], x[row[3]]};
}

MANY void factor_solve(const Factor *f, double *x, double *scratch) {
    Lanes *gathered = f->gathered;
    double *items = (double *)gathered;
    for (int j = 0; j < f->size; j++) scratch[j] = x[f->order[j]];
    scratch[f->size] = 0;
    for (int n = 0; n < f->fronts; n++) {
        const Front *front = f->front + n;
        const Lanes *value = (const Lanes *)(f->value + front->entry);
        int height = front->height;
        gather(gathered, height, front->row, scratch);
        for (int k = 0; k < front->columns; k++) {
            double done = items[k];
            for (int i = k / LANES; i < height; i++) gathered[i] -= done * value[k * height + i];
        }
        for (int i = 0; i < front->rows; i++) scratch[front->row[i]] = items[i];
    }
    for (int n = f->fronts - 1; n >= 0; n--) {
        const Front *front = f->front + n;
        const Lanes *value = (const Lanes *)(f->value + front->entry);
        int height = front->height;
        gather(gathered, height, front->row, scratch);
        for (int k = front->columns - 1; k >= 0; k--) {
            Lanes sum = {0};
            for (int i = k / LANES; i < height; i++) sum += value[k * height + i] * gathered[i];
            items[k] = items[k] / f->diagonal[front->column + k] - sum_of(sum);
        }
        for (int k = 0; k < front->columns; k++) scratch[front->column + k] = items[k];
    }
    for (int j = 0; j < f->size; j++) x[f->order[j]] = scratch[j];
}
