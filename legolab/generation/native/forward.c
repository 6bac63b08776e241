/* One pass of a small Llama over a few tokens, for texts that grow side by side.

   Weights stay in bfloat16, half the memory to read: what a pass of few tokens waits for. They are laid
   out so that sixteen rows of a matrix are added up side by side, and keys so that sixteen places
   are: nothing is ever summed across lanes. Every number of every token is added up in one order,
   however many tokens go through together: a text comes out the same alone, beside others, and with
   guesses read ahead. */

#include <math.h>
#include <stdint.h>
#include <string.h>

/* The same code for processors with eight fused multiply-adds at once, chosen when it is loaded. */
#if defined(__x86_64__) && defined(__GLIBC__) && defined(__GNUC__) && !defined(__clang__)
#define FOR_EVERY_PROCESSOR __attribute__((target_clones("arch=x86-64-v3", "default")))
#else
#define FOR_EVERY_PROCESSOR
#endif
#define INLINE static inline __attribute__((always_inline))
#define UNROLLED _Pragma("GCC unroll 4")

enum { WIDE = 8, LANES = 2 * WIDE, BLOCK = 16, TOGETHER = 4, MOST = 4096 };

typedef float eight __attribute__((vector_size(4 * WIDE), aligned(4), may_alias));
typedef int32_t whole __attribute__((vector_size(4 * WIDE), aligned(4), may_alias));
typedef uint32_t words __attribute__((vector_size(4 * WIDE), aligned(4), may_alias));

/* A matrix lies as [rows out / 16][columns in] words of 32 bits by eights: of a column, the low
   halves are the first eight rows of a block in bfloat16, the high ones the other eight. Norms are
   floats. */
typedef struct {
    const float *input_norm;
    const uint32_t *qkv;
    const uint32_t *out;
    const float *mlp_norm;
    const uint32_t *gate_up;
    const uint32_t *down;
} Layer;

typedef struct {
    int layers, hidden, inner, heads, kv_heads, size, context, vocabulary;
    float eps;
    const Layer *layer;
    const uint16_t *embedding; /* bfloat16 [vocabulary][hidden] */
    const float *final_norm;
    const float *cosine, *sine; /* [context][size]; sines of the first half are negative */
} Model;

/* A token, where it stands in its text, and what that text keeps: keys as
   [layers][kv heads][context / 16][size][16 places], values as [layers][kv heads][context][size]. */
typedef struct {
    int token, position;
    float *keys, *values;
} Place;

INLINE eight low_halves(words pair) { return (eight)(pair << 16); }

INLINE eight high_halves(words pair) { return (eight)(pair & 0xffff0000u); }

/* Some blocks of sixteen rows of a matrix times some tokens:
   out[t][r] = sum over c of weight[r][c] * in[t][c]. What is loaded once serves all of them. */
INLINE void tile(
    const int blocks, const int tokens, const uint32_t *weight, int rows, int columns,
    const float *in, float *out
) {
    eight low[4][TOGETHER], high[4][TOGETHER];
    UNROLLED for (int b = 0; b < blocks; b++)
        UNROLLED for (int t = 0; t < tokens; t++) low[b][t] = high[b][t] = (eight){0};
    for (int c = 0; c < columns; c++)
        UNROLLED for (int b = 0; b < blocks; b++) {
            words pair = *(const words *)(weight + ((size_t)b * columns + c) * WIDE);
            eight first = low_halves(pair), other = high_halves(pair);
            UNROLLED for (int t = 0; t < tokens; t++) {
                float x = in[(size_t)t * columns + c];
                low[b][t] += first * x;
                high[b][t] += other * x;
            }
        }
    UNROLLED for (int b = 0; b < blocks; b++)
        UNROLLED for (int t = 0; t < tokens; t++) {
            float *to = out + (size_t)t * rows + b * LANES;
            *(eight *)to = low[b][t];
            *(eight *)(to + WIDE) = high[b][t];
        }
}

/* A whole matrix times some tokens. A few tokens take more rows at once, so that sums do not wait
   for each other. */
INLINE void product(
    const uint32_t *weight, int rows, int columns, int count, const float *in, float *out
) {
    const size_t block = (size_t)columns * WIDE;
    int r = 0;
    if (count == 1)
        for (; r + 4 * LANES <= rows; r += 4 * LANES)
            tile(4, 1, weight + r / LANES * block, rows, columns, in, out + r);
    if (count == 2)
        for (; r + 2 * LANES <= rows; r += 2 * LANES)
            tile(2, 2, weight + r / LANES * block, rows, columns, in, out + r);
    for (; r < rows; r += LANES) {
        const uint32_t *own = weight + r / LANES * block;
        int t = 0;
        for (; t + 4 <= count; t += 4)
            tile(1, 4, own, rows, columns, in + (size_t)t * columns, out + (size_t)t * rows + r);
        const float *rest = in + (size_t)t * columns;
        float *to = out + (size_t)t * rows + r;
        if (count - t == 3) tile(1, 3, own, rows, columns, rest, to);
        if (count - t == 2) tile(1, 2, own, rows, columns, rest, to);
        if (count - t == 1) tile(1, 1, own, rows, columns, rest, to);
    }
}

/* Lane by lane: one where it is so, the other where not. */
INLINE eight either(whole so, eight one, eight other) {
    return (eight)(((whole)one & so) | ((whole)other & ~so));
}

/* e to the x, to the last bits of a float: a power of two times a short series. */
INLINE eight exponential(eight x) {
    const eight lowest = (eight){0} - 87.0f, highest = (eight){0} + 88.0f;
    const float nearest = 12582912.0f; /* adding it drops what is behind the point */
    x = either(x < lowest, lowest, x);
    x = either(x > highest, highest, x);
    eight n = (x * 1.44269504f + nearest) - nearest;
    eight r = (x - n * 0.693359375f) + n * 2.12194440e-4f;
    eight series = r * (1.0f / 5040) + 1.0f / 720;
    series = series * r + 1.0f / 120;
    series = series * r + 1.0f / 24;
    series = series * r + 1.0f / 6;
    series = series * r + 0.5f;
    series = series * r + 1.0f;
    series = series * r + 1.0f;
    whole power = (__builtin_convertvector(n, whole) + 127) << 23;
    return series * (eight)power;
}

/* Root mean square norm (Zhang and Sennrich, arXiv 1910.07467). */
INLINE void norm(const float *x, const float *weight, int n, float eps, float *out) {
    double squares = 0;
    for (int i = 0; i < n; i++) squares += (double)x[i] * x[i];
    float scale = 1.0f / sqrtf((float)(squares / n) + eps);
    for (int i = 0; i < n; i++) out[i] = x[i] * scale * weight[i];
}

/* Turn queries and keys by the place of their token (RoPE, arXiv 2104.09864, halves swapped). */
INLINE void turn(float *x, const float *cosine, const float *sine, int size) {
    int half = size / 2;
    for (int i = 0; i < half; i++) {
        float low = x[i], high = x[i + half];
        x[i] = low * cosine[i] + high * sine[i];
        x[i + half] = high * cosine[i + half] + low * sine[i + half];
    }
}

/* What one head reads for tokens that follow each other, each from all places up to its own, the
   first of them at `place`. Queries and outputs lie so many floats apart. */
INLINE void attend(
    const int tokens, const float *query, int query_step, const float *keys, const float *values,
    int place, int size, float *out, int out_step
) {
    static _Thread_local float share[TOGETHER][MOST];
    const float scale = 1.0f / sqrtf((float)size);
    const int places = place + tokens;
    float sum[TOGETHER];
    for (int p = 0; p < places; p += LANES, keys += (size_t)size * LANES) {
        eight low[TOGETHER], high[TOGETHER];
        UNROLLED for (int t = 0; t < tokens; t++) low[t] = high[t] = (eight){0};
        for (int i = 0; i < size; i++) {
            eight first = *(const eight *)(keys + i * LANES);
            eight other = *(const eight *)(keys + i * LANES + WIDE);
            UNROLLED for (int t = 0; t < tokens; t++) {
                low[t] += first * query[t * query_step + i];
                high[t] += other * query[t * query_step + i];
            }
        }
        UNROLLED for (int t = 0; t < tokens; t++) {
            *(eight *)(share[t] + p) = low[t] * scale;
            *(eight *)(share[t] + p + WIDE) = high[t] * scale;
        }
    }
    for (int t = 0; t < tokens; t++) {
        const int own = place + t + 1;
        for (int p = own; p % LANES || p < places; p++) share[t][p] = -INFINITY;
        float highest = -INFINITY;
        for (int p = 0; p < own; p++) highest = share[t][p] > highest ? share[t][p] : highest;
        eight sums = {0};
        for (int p = 0; p < own; p += WIDE) {
            eight *at = (eight *)(share[t] + p);
            *at = exponential(*at - highest);
            sums += *at;
        }
        sum[t] = ((sums[0] + sums[4]) + (sums[2] + sums[6])) + ((sums[1] + sums[5]) + (sums[3] + sums[7]));
        for (int p = own; p < places; p++) share[t][p] = 0;
    }
    for (int i = 0; i < size; i += LANES) {
        eight low[TOGETHER], high[TOGETHER];
        UNROLLED for (int t = 0; t < tokens; t++) low[t] = high[t] = (eight){0};
        for (int p = 0; p < places; p++) {
            eight first = *(const eight *)(values + (size_t)p * size + i);
            eight other = *(const eight *)(values + (size_t)p * size + i + WIDE);
            UNROLLED for (int t = 0; t < tokens; t++) {
                low[t] += first * share[t][p];
                high[t] += other * share[t][p];
            }
        }
        UNROLLED for (int t = 0; t < tokens; t++) {
            *(eight *)(out + t * out_step + i) = low[t] / sum[t];
            *(eight *)(out + t * out_step + i + WIDE) = high[t] / sum[t];
        }
    }
}

/* Read at most BLOCK tokens; hidden[t] is what the model makes of token t, normed. `room` holds
   BLOCK * (2 * hidden + qkv rows + 2 * inner) floats. */
FOR_EVERY_PROCESSOR static void read_block(
    const Model *m, int count, const Place *place, float *room, float *hidden
) {
    const int n = m->hidden, size = m->size, turning = (m->heads + m->kv_heads) * size;
    const int rows = turning + m->kv_heads * size, group = m->heads / m->kv_heads;
    const size_t text = (size_t)m->kv_heads * m->context * size;
    float *x = room, *normed = x + BLOCK * n, *qkv = normed + BLOCK * n, *wide = qkv + BLOCK * rows;
    for (int t = 0; t < count; t++)
        for (int i = 0; i < n; i++) {
            uint32_t bits = (uint32_t)m->embedding[(size_t)place[t].token * n + i] << 16;
            memcpy(x + t * n + i, &bits, sizeof bits);
        }
    for (int l = 0; l < m->layers; l++) {
        const Layer *layer = m->layer + l;
        for (int t = 0; t < count; t++)
            norm(x + t * n, layer->input_norm, n, m->eps, normed + t * n);
        product(layer->qkv, rows, n, count, normed, qkv);
        for (int t = 0; t < count; t++) {
            float *own = qkv + (size_t)t * rows;
            const int position = place[t].position;
            size_t at = (size_t)position * size;
            for (int h = 0; h < m->heads + m->kv_heads; h++)
                turn(own + h * size, m->cosine + at, m->sine + at, size);
            for (int h = 0; h < m->kv_heads; h++) {
                size_t text_head = l * text + (size_t)h * m->context * size;
                const float *key = own + (m->heads + h) * size;
                float *to = place[t].keys + text_head + (size_t)(position / LANES) * size * LANES;
                for (int i = 0; i < size; i++) to[i * LANES + position % LANES] = key[i];
                memcpy(place[t].values + text_head + at, own + turning + h * size, size * sizeof(float));
            }
        }
        for (int t = 0, run; t < count; t += run) {
            for (run = 1; run < TOGETHER && t + run < count; run++)
                if (place[t + run].keys != place[t].keys ||
                    place[t + run].position != place[t].position + run)
                    break;
            for (int h = 0; h < m->heads; h++) {
                size_t head = l * text + (size_t)(h / group) * m->context * size;
                const float *query = qkv + (size_t)t * rows + h * size;
                const float *keys = place[t].keys + head, *values = place[t].values + head;
                float *out = normed + t * n + h * size;
                const int first = place[t].position;
                if (run == 4) attend(4, query, rows, keys, values, first, size, out, n);
                if (run == 3) attend(3, query, rows, keys, values, first, size, out, n);
                if (run == 2) attend(2, query, rows, keys, values, first, size, out, n);
                if (run == 1) attend(1, query, rows, keys, values, first, size, out, n);
            }
        }
        product(layer->out, n, m->heads * size, count, normed, qkv);
        for (int i = 0; i < count * n; i++) x[i] += qkv[i];
        for (int t = 0; t < count; t++)
            norm(x + t * n, layer->mlp_norm, n, m->eps, normed + t * n);
        product(layer->gate_up, 2 * m->inner, n, count, normed, wide);
        for (int t = 0; t < count; t++) {
            float *gate = wide + (size_t)t * 2 * m->inner, *kept = wide + (size_t)t * m->inner;
            for (int i = 0; i < m->inner; i += WIDE) {
                eight own = *(const eight *)(gate + i);
                *(eight *)(kept + i) = own / (1.0f + exponential(-own)) * *(const eight *)(gate + m->inner + i);
            }
        }
        product(layer->down, n, m->inner, count, wide, qkv);
        for (int i = 0; i < count * n; i++) x[i] += qkv[i];
    }
    for (int t = 0; t < count; t++) norm(x + t * n, m->final_norm, n, m->eps, hidden + t * n);
}

/* Read tokens in order. Of each text, they stand at the places after those already read.
   Returns 0; 1 for a size, token or place that it does not know. */
int legolab_read(const Model *m, int count, const Place *place, float *room, float *hidden) {
    if (m->context > MOST || m->context % LANES) return 1;
    if (m->hidden % LANES || m->inner % WIDE || m->size % LANES) return 1;
    for (int t = 0; t < count; t++) {
        int token = place[t].token, position = place[t].position;
        if (token < 0 || token >= m->vocabulary || position < 0 || position >= m->context) return 1;
    }
    if (m->heads * m->size != m->hidden || m->heads % m->kv_heads) return 1;
    for (int done = 0; done < count; done += BLOCK) {
        int next = count - done < BLOCK ? count - done : BLOCK;
        read_block(m, next, place + done, room, hidden + (size_t)done * m->hidden);
    }
    return 0;
}

const char *legolab_sources(void) { return SOURCES; }
