/*
 * A stand-in for NVIDIA's libcudnn.so.8 and .9, for tests of what Soma asks of it where there is no GPU. Device memory
 * is memory of the host, as with the stand-in for libcuda.so.1, and convolutions are computed at once, as plainly as
 * can be. It takes what the manual allows and Soma uses: float32, NHWC, weights OHWI, cross-correlation, float32
 * throughout (CUDNN_FMA_MATH) or tf32 where the factors allow it (CUDNN_DEFAULT_MATH).
 *
 * Of forward's algorithms 5 is not deterministic, 4 fails, 6 needs a workspace of 1 GiB; 1 and 0 remain, in this order.
 * Of the others 3 is not deterministic and 1 remains. Algorithm 1 needs a workspace, and fills it.
 *
 * Macros: VERSION (90501), WITHOUT_FILTER. Environment: FAKE_CUDNN (what cudnnCreate returns, 0), FAKE_CUDNN_TRACE
 * (calls are printed), FAKE_CUDNN_REFUSE (what convolutions return).
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifndef VERSION
#define VERSION 90501
#endif

enum { NOT_INITIALIZED = 1001, BAD_PARAM = 2000, NOT_SUPPORTED = 3000 };
enum { FORWARD, DATA, FILTER };

typedef struct { int n, c, h, w; } Tensor;
typedef struct { int k, c, h, w; } Filter;
typedef struct { int pad_h, pad_w, u, v, dilation_h, dilation_w, groups, math; } Convolution;
typedef struct { int mode; } Activation;
typedef struct { int algo, status; float time; size_t memory; int determinism, math, reserved[3]; } Perf;

static int handle_object;
static void *stream;

#define TRACE(...)                                                                                                     \
    do {                                                                                                               \
        if (getenv("FAKE_CUDNN_TRACE")) {                                                                              \
            fprintf(stdout, __VA_ARGS__);                                                                              \
            fflush(stdout);                                                                                            \
        }                                                                                                              \
    } while (0)

size_t cudnnGetVersion(void) { return VERSION; }

const char *cudnnGetErrorString(int status) {
    return status == NOT_SUPPORTED ? "CUDNN_STATUS_NOT_SUPPORTED"
         : status == BAD_PARAM ? "CUDNN_STATUS_BAD_PARAM" : "no success";
}

int cudnnCreate(void **handle) {
    *handle = &handle_object;
    return getenv("FAKE_CUDNN") ? atoi(getenv("FAKE_CUDNN")) : 0;
}

int cudnnSetStream(void *handle, void *to) {
    stream = to;
    return handle == &handle_object ? 0 : NOT_INITIALIZED;
}

int cudnnCreateTensorDescriptor(void **made) { return (*made = calloc(1, sizeof(Tensor))) == NULL; }
int cudnnCreateFilterDescriptor(void **made) { return (*made = calloc(1, sizeof(Filter))) == NULL; }
int cudnnCreateConvolutionDescriptor(void **made) { return (*made = calloc(1, sizeof(Convolution))) == NULL; }
int cudnnCreateActivationDescriptor(void **made) { return (*made = calloc(1, sizeof(Activation))) == NULL; }

int cudnnSetTensor4dDescriptor(Tensor *tensor, int format, int type, int n, int c, int h, int w) {
    *tensor = (Tensor){n, c, h, w};
    return format == 1 && type == 0 ? n > 0 && c > 0 && h > 0 && w > 0 ? 0 : BAD_PARAM : NOT_SUPPORTED;
}

int cudnnSetFilter4dDescriptor(Filter *filter, int type, int format, int k, int c, int h, int w) {
    *filter = (Filter){k, c, h, w};
    return format == 1 && type == 0 ? k > 0 && c > 0 && h > 0 && w > 0 ? 0 : BAD_PARAM : NOT_SUPPORTED;
}

int cudnnSetConvolution2dDescriptor(Convolution *conv, int pad_h, int pad_w, int u, int v, int dilation_h,
                                    int dilation_w, int mode, int type) {
    *conv = (Convolution){pad_h, pad_w, u, v, dilation_h, dilation_w, 1, 0};
    return mode == 1 && type == 0 ? 0 : NOT_SUPPORTED;
}

int cudnnSetConvolutionGroupCount(Convolution *conv, int groups) {
    conv->groups = groups;
    return groups > 0 ? 0 : BAD_PARAM;
}

int cudnnSetConvolutionMathType(Convolution *conv, int math) {
    conv->math = math;
    return math == 0 || math == 3 ? 0 : NOT_SUPPORTED;
}

int cudnnSetActivationDescriptor(Activation *activation, int mode, int nan_option, double coefficient) {
    activation->mode = mode;
    return (mode == 1 || mode == 5) && nan_option == 0 && coefficient == 0 ? 0 : NOT_SUPPORTED;
}

static int extent(int in, int kernel, int stride, int pad, int dilation) {
    return (in + 2 * pad - dilation * (kernel - 1) - 1) / stride + 1;
}

static int fit(const Tensor *x, const Filter *w, const Convolution *c, const Tensor *y) {
    return x->n == y->n && x->c == w->c * c->groups && y->c == w->k && w->k % c->groups == 0
        && y->h == extent(x->h, w->h, c->u, c->pad_h, c->dilation_h)
        && y->w == extent(x->w, w->w, c->v, c->pad_w, c->dilation_w);
}

static int propose(int pass, int requested, int *returned, Perf *perfs, int math) {
    static const Perf forward[] = {
        {5, 0, 1, 0, 0, 0, {0}}, {4, NOT_SUPPORTED, -1, 0, 1, 0, {0}}, {6, 0, 2, 1 << 30, 1, 0, {0}},
        {1, 0, 3, 4096, 1, 0, {0}}, {0, 0, 4, 0, 1, 0, {0}}};
    static const Perf backward[] = {{3, 0, 1, 0, 0, 0, {0}}, {1, 0, 2, 4096, 1, 0, {0}}};
    int count = pass == FORWARD ? 5 : 2;
    *returned = count < requested ? count : requested;
    for (int i = 0; i < *returned; i++) {
        perfs[i] = pass == FORWARD ? forward[i] : backward[i];
        perfs[i].math = math;
    }
    TRACE("cudnn: asked for algorithms\n");
    return 0;
}

static int workspace(int algo, size_t *bytes) {
    *bytes = algo == 6 ? 1 << 30 : algo == 1 ? 4096 : 0;
    return algo == 0 || algo == 1 || algo == 6 ? 0 : NOT_SUPPORTED;
}

/* The sum over all pairs that meet: into y, x or w; alpha is 1, beta 0. */
static int convolve(void *handle, int pass, const Tensor *xt, float *x, const Filter *wt, float *w,
                    const Convolution *c, const Tensor *yt, float *y, int algo, void *space, size_t bytes, float alpha,
                    float beta) {
    size_t needed;
    if (handle != &handle_object) return NOT_INITIALIZED;
    if (getenv("FAKE_CUDNN_REFUSE")) return atoi(getenv("FAKE_CUDNN_REFUSE"));
    if (stream == NULL || alpha != 1 || beta != 0 || workspace(algo, &needed)) return NOT_SUPPORTED;
    if (!fit(xt, wt, c, yt) || bytes < needed || (needed && !space)) return BAD_PARAM;
    if (((uintptr_t) x | (uintptr_t) w | (uintptr_t) y) % 16) return BAD_PARAM;
    if (needed) memset(space, 0x7f, needed);
    TRACE("cudnn: pass %d by algorithm %d, math %d\n", pass, algo, c->math);
    float *result = pass == FORWARD ? y : pass == DATA ? x : w;
    size_t size = pass == FORWARD ? (size_t) yt->n * yt->h * yt->w * yt->c
                : pass == DATA ? (size_t) xt->n * xt->h * xt->w * xt->c : (size_t) wt->k * wt->h * wt->w * wt->c;
    double *sums = calloc(size, sizeof(double));
    int outputs = wt->k / c->groups;
    for (int n = 0; n < yt->n; n++)
        for (int oy = 0; oy < yt->h; oy++)
            for (int ox = 0; ox < yt->w; ox++)
                for (int k = 0; k < wt->k; k++)
                    for (int ky = 0; ky < wt->h; ky++)
                        for (int kx = 0; kx < wt->w; kx++) {
                            int iy = oy * c->u - c->pad_h + ky * c->dilation_h;
                            int ix = ox * c->v - c->pad_w + kx * c->dilation_w;
                            if (iy < 0 || iy >= xt->h || ix < 0 || ix >= xt->w) continue;
                            for (int i = 0; i < wt->c; i++) {
                                size_t ax = (((size_t) n * xt->h + iy) * xt->w + ix) * xt->c + k / outputs * wt->c + i;
                                size_t aw = (((size_t) k * wt->h + ky) * wt->w + kx) * wt->c + i;
                                size_t ay = (((size_t) n * yt->h + oy) * yt->w + ox) * yt->c + k;
                                if (pass == FORWARD) sums[ay] += (double) x[ax] * w[aw];
                                if (pass == DATA) sums[ax] += (double) w[aw] * y[ay];
                                if (pass == FILTER) sums[aw] += (double) x[ax] * y[ay];
                            }
                        }
    for (size_t i = 0; i < size; i++) result[i] = sums[i];
    free(sums);
    return 0;
}

int cudnnGetConvolutionForwardAlgorithm_v7(void *handle, Tensor *x, Filter *w, Convolution *c, Tensor *y,
                                           int requested, int *returned, Perf *perfs) {
    if (handle != &handle_object) return NOT_INITIALIZED;
    return fit(x, w, c, y) ? propose(FORWARD, requested, returned, perfs, c->math) : BAD_PARAM;
}

int cudnnGetConvolutionBackwardDataAlgorithm_v7(void *handle, Filter *w, Tensor *y, Convolution *c, Tensor *x,
                                                int requested, int *returned, Perf *perfs) {
    if (handle != &handle_object) return NOT_INITIALIZED;
    return fit(x, w, c, y) ? propose(DATA, requested, returned, perfs, c->math) : BAD_PARAM;
}

int cudnnGetConvolutionBackwardFilterAlgorithm_v7(void *handle, Tensor *x, Tensor *y, Convolution *c, Filter *w,
                                                  int requested, int *returned, Perf *perfs) {
    if (handle != &handle_object) return NOT_INITIALIZED;
    return fit(x, w, c, y) ? propose(FILTER, requested, returned, perfs, c->math) : BAD_PARAM;
}

int cudnnGetConvolutionForwardWorkspaceSize(void *handle, Tensor *x, Filter *w, Convolution *c, Tensor *y, int algo,
                                            size_t *bytes) {
    return handle != &handle_object || !fit(x, w, c, y) ? BAD_PARAM : workspace(algo, bytes);
}

int cudnnGetConvolutionBackwardDataWorkspaceSize(void *handle, Filter *w, Tensor *y, Convolution *c, Tensor *x,
                                                 int algo, size_t *bytes) {
    return handle != &handle_object || !fit(x, w, c, y) ? BAD_PARAM : workspace(algo, bytes);
}

int cudnnGetConvolutionBackwardFilterWorkspaceSize(void *handle, Tensor *x, Tensor *y, Convolution *c, Filter *w,
                                                   int algo, size_t *bytes) {
    return handle != &handle_object || !fit(x, w, c, y) ? BAD_PARAM : workspace(algo, bytes);
}

int cudnnConvolutionForward(void *handle, float *alpha, Tensor *xt, float *x, Filter *wt, float *w, Convolution *c,
                            int algo, void *space, size_t bytes, float *beta, Tensor *yt, float *y) {
    return convolve(handle, FORWARD, xt, x, wt, w, c, yt, y, algo, space, bytes, *alpha, *beta);
}

int cudnnConvolutionBackwardData(void *handle, float *alpha, Filter *wt, float *w, Tensor *yt, float *y,
                                 Convolution *c, int algo, void *space, size_t bytes, float *beta, Tensor *xt,
                                 float *x) {
    return convolve(handle, DATA, xt, x, wt, w, c, yt, y, algo, space, bytes, *alpha, *beta);
}

#ifndef WITHOUT_FILTER
int cudnnConvolutionBackwardFilter(void *handle, float *alpha, Tensor *xt, float *x, Tensor *yt, float *y,
                                   Convolution *c, int algo, void *space, size_t bytes, float *beta, Filter *wt,
                                   float *w) {
    return convolve(handle, FILTER, xt, x, wt, w, c, yt, y, algo, space, bytes, *alpha, *beta);
}
#endif

int cudnnConvolutionBiasActivationForward(void *handle, float *alpha1, Tensor *xt, float *x, Filter *wt, float *w,
                                          Convolution *c, int algo, void *space, size_t bytes, float *alpha2,
                                          Tensor *zt, float *z, Tensor *bt, float *bias, Activation *activation,
                                          Tensor *yt, float *y) {
    if (activation->mode == 5 && algo != 1) return NOT_SUPPORTED;
    if (bt->c != wt->k || bt->n * bt->h * bt->w != 1 || !bias || !z) return BAD_PARAM;
    if (memcmp(zt, yt, sizeof(Tensor)) || (*alpha2 != 0 && *alpha2 != 1)) return NOT_SUPPORTED;
    size_t size = (size_t) yt->n * yt->h * yt->w * yt->c;
    float *added = calloc(size, sizeof(float));
    if (*alpha2 != 0) memcpy(added, z, size * sizeof(float));
    int status = convolve(handle, FORWARD, xt, x, wt, w, c, yt, y, algo, space, bytes, *alpha1, 0);
    for (size_t i = 0; i < size && status == 0; i++) {
        y[i] += bias[i % yt->c] + added[i];
        if (activation->mode == 1 && y[i] < 0) y[i] = 0;
    }
    free(added);
    return status;
}
