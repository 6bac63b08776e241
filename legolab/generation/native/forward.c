/* One pass of a small Llama over a few tokens, for texts that grow side by side.

   Weights stay in bfloat16, as they lie in the file: half the memory to read, which is what a pass
   waits for. Every number of every token is added up in one order, however many tokens go through
   together: a text comes out the same alone, beside others, and with guesses read ahead. */

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

enum { WIDE = 8, CHAINS = 2, BLOCK = 16, MOST = 4096 };

typedef float eight __attribute__((vector_size(4 * WIDE), aligned(4), may_alias));
typedef uint16_t halves __attribute__((vector_size(2 * WIDE), aligned(2), may_alias));
typedef uint32_t words __attribute__((vector_size(4 * WIDE), aligned(4), may_alias));

/* Matrices are [rows out][columns in], bfloat16; norms are floats. */
typedef struct {
    const float *input_norm;
    const uint16_t *qkv;
    const uint16_t *out;
    const float *mlp_norm;
    const uint16_t *gate_up;
    const uint16_t *down;
} Layer;

typedef struct {
    int layers, hidden, inner, heads, kv_heads, size, context, vocabulary;
    float eps;
    const Layer *layer;
    const uint16_t *embedding; /* [vocabulary][hidden] */
    const float *final_norm;
    const float *cosine, *sine; /* [context][size]; sines of the first half are negative */
} Model;

/* A token, where it stands in its text, and what that text keeps: [layers][kv heads][context][size]
   of keys and of values. */
typedef struct {
    int token, position;
    float *keys, *values;
} Place;

INLINE eight widened(const uint16_t *from) {
    halves narrow;
    memcpy(&narrow, from, sizeof narrow);
    words wide = __builtin_convertvector(narrow, words) << 16;
    return (eight)wide;
}

INLINE float total(eight even, eight odd) {
    eight sum = even + odd;
    return ((sum[0] + sum[4]) + (sum[2] + sum[6])) + ((sum[1] + sum[5]) + (sum[3] + sum[7]));
}

/* Some rows of a matrix times some tokens: out[t][r] = sum over c of weight[r][c] * in[t][c]. What
   is loaded once serves all of them; columns come by eights. */
INLINE void tile(
    const int R, const int T, const uint16_t *weight, int rows, int columns, const float *in,
    float *out
) {
    eight chain[4][4][CHAINS];
    UNROLLED for (int r = 0; r < R; r++)
        UNROLLED for (int t = 0; t < T; t++)
            UNROLLED for (int k = 0; k < CHAINS; k++) chain[r][t][k] = (eight){0};
    int c = 0;
    for (; c + WIDE * CHAINS <= columns; c += WIDE * CHAINS)
        UNROLLED for (int k = 0; k < CHAINS; k++)
            UNROLLED for (int r = 0; r < R; r++) {
                eight w = widened(weight + (size_t)r * columns + c + WIDE * k);
                UNROLLED for (int t = 0; t < T; t++)
                    chain[r][t][k] += w * *(const eight *)(in + (size_t)t * columns + c + WIDE * k);
            }
    for (; c < columns; c += WIDE)
        UNROLLED for (int r = 0; r < R; r++) {
            eight w = widened(weight + (size_t)r * columns + c);
            UNROLLED for (int t = 0; t < T; t++)
                chain[r][t][0] += w * *(const eight *)(in + (size_t)t * columns + c);
        }
    UNROLLED for (int r = 0; r < R; r++)
        UNROLLED for (int t = 0; t < T; t++) out[(size_t)t * rows + r] = total(chain[r][t][0], chain[r][t][1]);
}

INLINE void product(
    const uint16_t *weight, int rows, int columns, int count, const float *in, float *out
) {
    int r = 0;
    for (; r + 4 <= rows; r += 4) {
        const uint16_t *four = weight + (size_t)r * columns;
        int t = 0;
        for (; t + 4 <= count; t += 4)
            for (int one = 0; one < 4; one++)
                tile(1, 4, four + (size_t)one * columns, rows, columns, in + (size_t)t * columns,
                     out + (size_t)t * rows + r + one);
        for (; t + 2 <= count; t += 2)
            for (int two = 0; two < 4; two += 2)
                tile(2, 2, four + (size_t)two * columns, rows, columns, in + (size_t)t * columns,
                     out + (size_t)t * rows + r + two);
        if (t < count)
            tile(4, 1, four, rows, columns, in + (size_t)t * columns, out + (size_t)t * rows + r);
    }
    for (; r < rows; r++)
        for (int t = 0; t < count; t++)
            tile(1, 1, weight + (size_t)r * columns, rows, columns, in + (size_t)t * columns,
                 out + (size_t)t * rows + r);
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

/* What one head reads from all places up to its own; sizes come by sixteens. */
INLINE void attend(
    const float *query, const float *keys, const float *values, int places, int size, float *out
) {
    static _Thread_local float share[MOST];
    float scale = 1.0f / sqrtf((float)size), highest = -INFINITY, sum = 0;
    for (int p = 0; p < places; p++) {
        const float *key = keys + (size_t)p * size;
        eight even = {0}, odd = {0};
        for (int i = 0; i < size; i += 2 * WIDE) {
            even += *(const eight *)(query + i) * *(const eight *)(key + i);
            odd += *(const eight *)(query + i + WIDE) * *(const eight *)(key + i + WIDE);
        }
        share[p] = total(even, odd) * scale;
        if (share[p] > highest) highest = share[p];
    }
    for (int p = 0; p < places; p++) {
        share[p] = expf(share[p] - highest);
        sum += share[p];
    }
    for (int p = 0; p < places; p++) share[p] /= sum;
    for (int i = 0; i < size; i += 2 * WIDE) {
        eight low = {0}, high = {0};
        for (int p = 0; p < places; p++) {
            const float *value = values + (size_t)p * size + i;
            low += share[p] * *(const eight *)value;
            high += share[p] * *(const eight *)(value + WIDE);
        }
        *(eight *)(out + i) = low;
        *(eight *)(out + i + WIDE) = high;
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
        for (int i = 0; i < n; i += WIDE)
            *(eight *)(x + t * n + i) = widened(m->embedding + (size_t)place[t].token * n + i);
    for (int l = 0; l < m->layers; l++) {
        const Layer *layer = m->layer + l;
        for (int t = 0; t < count; t++)
            norm(x + t * n, layer->input_norm, n, m->eps, normed + t * n);
        product(layer->qkv, rows, n, count, normed, qkv);
        for (int t = 0; t < count; t++) {
            float *own = qkv + (size_t)t * rows;
            size_t at = (size_t)place[t].position * size;
            for (int h = 0; h < m->heads + m->kv_heads; h++)
                turn(own + h * size, m->cosine + at, m->sine + at, size);
            for (int h = 0; h < m->kv_heads; h++) {
                size_t slot = l * text + (size_t)h * m->context * size + at;
                memcpy(place[t].keys + slot, own + (m->heads + h) * size, size * sizeof(float));
                memcpy(place[t].values + slot, own + turning + h * size, size * sizeof(float));
            }
        }
        for (int t = 0; t < count; t++)
            for (int h = 0; h < m->heads; h++) {
                size_t slot = l * text + (size_t)(h / group) * m->context * size;
                attend(
                    qkv + (size_t)t * rows + h * size, place[t].keys + slot, place[t].values + slot,
                    place[t].position + 1, size, normed + t * m->heads * size + h * size
                );
            }
        product(layer->out, n, m->heads * size, count, normed, qkv);
        for (int i = 0; i < count * n; i++) x[i] += qkv[i];
        for (int t = 0; t < count; t++)
            norm(x + t * n, layer->mlp_norm, n, m->eps, normed + t * n);
        product(layer->gate_up, 2 * m->inner, n, count, normed, wide);
        for (int t = 0; t < count; t++) {
            float *gate = wide + (size_t)t * 2 * m->inner, *kept = wide + (size_t)t * m->inner;
            for (int i = 0; i < m->inner; i++)
                kept[i] = gate[i] / (1.0f + expf(-gate[i])) * gate[m->inner + i];
        }
        product(layer->down, n, m->inner, count, wide, qkv);
        for (int i = 0; i < count * n; i++) x[i] += qkv[i];
    }
    for (int t = 0; t < count; t++) norm(x + t * n, m->final_norm, n, m->eps, hidden + t * n);
}

/* Read tokens in order. Of each text, they stand at the places after those already read.
   Returns 0; 1 for a size, token or place that it does not know. */
int legolab_read(const Model *m, int count, const Place *place, float *room, float *hidden) {
    if (m->context > MOST || m->hidden % WIDE || m->inner % WIDE || m->size % (2 * WIDE)) return 1;
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
