/*
 * A stand-in for NVIDIA's libcublas.so.12, for tests of what Soma asks of it where there is no GPU. Device memory is
 * memory of the host, as with the stand-in for libcuda.so.1, and products are computed at once. It refuses what the
 * manual refuses: leading dimensions that are too small, types that are not float32, a stream that was not set.
 */
#include <stdint.h>
#include <stdlib.h>

enum { NOT_INITIALIZED = 1, INVALID_VALUE = 7, NOT_SUPPORTED = 15 };

static int handle_object;
static void *stream;

int cublasCreate_v2(void **handle) {
    *handle = &handle_object;
    return getenv("FAKE_CUBLAS") ? atoi(getenv("FAKE_CUBLAS")) : 0;
}

int cublasGetVersion_v2(void *handle, int *version) {
    *version = 120601;
    return handle == &handle_object ? 0 : NOT_INITIALIZED;
}

int cublasSetStream_v2(void *handle, void *to) {
    stream = to;
    return handle == &handle_object ? 0 : NOT_INITIALIZED;
}

const char *cublasGetStatusString(int status) {
    return status == INVALID_VALUE ? "an unsupported value or parameter was passed to the function" : "no success";
}

#ifndef WITHOUT_GEMM
static int too_small(int leading, int rows) { return leading < (rows > 1 ? rows : 1); }

/* Columns first. */
int cublasGemmEx(void *handle, int trans_a, int trans_b, int m, int n, int k, const float *alpha, const float *a,
                 int type_a, int lda, const float *b, int type_b, int ldb, const float *beta, float *c, int type_c,
                 int ldc, int compute, int algorithm) {
    if (handle != &handle_object) return NOT_INITIALIZED;
    if (stream == NULL || type_a || type_b || type_c || compute != 68 || algorithm != -1) return NOT_SUPPORTED;
    if (too_small(lda, trans_a ? k : m) || too_small(ldb, trans_b ? n : k) || too_small(ldc, m)) return INVALID_VALUE;
    for (int64_t j = 0; j < n; j++) {
        for (int64_t i = 0; i < m; i++) {
            double sum = 0;
            for (int64_t l = 0; l < k; l++) {
                sum += (double) a[trans_a ? l + i * lda : i + l * lda] * b[trans_b ? j + l * ldb : l + j * ldb];
            }
            float *out = c + i + j * ldc;
            *out = *alpha * sum + (*beta == 0 ? 0 : *beta * *out);
        }
    }
    return 0;
}
#endif
