/*
 * A stand-in for NVIDIA's libcuda.so.1, for tests of what Soma hands to the driver where there is no GPU. Device memory
 * is memory of the host, all work is done at once, and a kernel is one of the few below, found by its name. It keeps
 * no account of threads or PTX: whether kernels compute the right thing is shown elsewhere.
 *
 * Environment: FAKE_DEVICES (count, 1), FAKE_MAJOR (compute capability, 8), FAKE_DRIVER (version, 12060), FAKE_INIT
 * (what cuInit returns, 0), FAKE_LOAD (what cuModuleLoadDataEx returns, 0), FAKE_MEMORY (bytes, 64 MiB).
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

typedef int CUresult;
typedef uint64_t CUdeviceptr;
typedef void *Handle;

enum { INVALID_VALUE = 1, OUT_OF_MEMORY = 2, INVALID_CONTEXT = 201, NOT_FOUND = 500, ILLEGAL_ADDRESS = 700 };

static _Thread_local Handle current;
static int context_object, stream_object;
static int pending;      /* an error that shows at the next wait */
static long clock_ticks; /* one a kernel */
static long taken;

static long setting(const char *name, long otherwise) {
    const char *text = getenv(name);
    return text ? atol(text) : otherwise;
}

static CUresult usable(void) { return current == &context_object ? 0 : INVALID_CONTEXT; }

#define USABLE                                                                                                         \
    do {                                                                                                               \
        if (usable()) return usable();                                                                                 \
    } while (0)

CUresult cuInit(unsigned flags) { return setting("FAKE_INIT", flags); }

CUresult cuDriverGetVersion(int *version) {
    *version = setting("FAKE_DRIVER", 12060);
    return 0;
}

CUresult cuDeviceGetCount(int *count) {
    *count = setting("FAKE_DEVICES", 1);
    return 0;
}

CUresult cuDeviceGet(int *device, int ordinal) {
    *device = ordinal;
    return ordinal < setting("FAKE_DEVICES", 1) ? 0 : 101;
}

CUresult cuDeviceGetName(char *name, int length, int device) {
    snprintf(name, length, "Stand-in %d", device);
    return 0;
}

CUresult cuDeviceTotalMem_v2(size_t *bytes, int device) {
    *bytes = setting("FAKE_MEMORY", 64 << 20);
    return device < 0;
}

CUresult cuDeviceGetAttribute(int *value, int which, int device) {
    switch (which) {
        case 16: *value = 4; break;                            /* multiprocessors */
        case 75: *value = setting("FAKE_MAJOR", 8); break;     /* compute capability */
        case 76: *value = 0; break;
        case 97: *value = 99 << 10; break;                     /* shared memory of a block, when asked for */
        default: return INVALID_VALUE;
    }
    return device < 0;
}

CUresult cuGetErrorString(CUresult code, const char **text) {
    *text = code == ILLEGAL_ADDRESS ? "an illegal memory access was encountered" : "what a driver says";
    return 0;
}

CUresult cuDevicePrimaryCtxRetain(Handle *context, int device) {
    *context = &context_object;
    return device < 0;
}

CUresult cuDevicePrimaryCtxRelease_v2(int device) { return device < 0; }

CUresult cuCtxSetCurrent(Handle context) {
    current = context;
    return 0;
}

CUresult cuStreamCreate(Handle *stream, unsigned flags) {
    USABLE;
    *stream = &stream_object;
    return flags == 1 ? 0 : INVALID_VALUE;
}

CUresult cuStreamDestroy_v2(Handle stream) { return stream != &stream_object; }

CUresult cuStreamSynchronize(Handle stream) {
    USABLE;
    return stream == &stream_object ? pending : INVALID_VALUE;
}

CUresult cuMemAlloc_v2(CUdeviceptr *address, size_t bytes) {
    USABLE;
    if (taken + (long) bytes > setting("FAKE_MEMORY", 64 << 20)) return OUT_OF_MEMORY;
    size_t *block = aligned_alloc(256, (bytes + 511) / 256 * 256);
    block[0] = bytes;
    taken += bytes;
    *address = (CUdeviceptr) block + 256;
    return 0;
}

CUresult cuMemFree_v2(CUdeviceptr address) {
    USABLE;
    size_t *block = (size_t *) (address - 256);
    taken -= block[0];
    free(block);
    return 0;
}

CUresult cuMemGetInfo_v2(size_t *free_bytes, size_t *total) {
    USABLE;
    *total = setting("FAKE_MEMORY", 64 << 20);
    *free_bytes = *total - taken;
    return 0;
}

CUresult cuMemHostAlloc(void **memory, size_t bytes, unsigned flags) {
    USABLE;
    *memory = malloc(bytes);
    return flags;
}

CUresult cuMemFreeHost(void *memory) {
    USABLE;
    free(memory);
    return 0;
}

/* While a stream is captured its work is kept: a call and what it was given. */
typedef struct Work {
    CUresult (*call)(struct Work *);
    uint64_t to, from;
    size_t bytes;
    int64_t seen[12];
    struct Work *next;
} Work;

static int capturing;
static Work *first_work, **last_work = &first_work;

static CUresult now_or_later(Work work) {
    if (!capturing) return work.call(&work);
    *last_work = malloc(sizeof work);
    **last_work = work;
    last_work = &(*last_work)->next;
    return 0;
}

CUresult cuStreamBeginCapture_v2(Handle stream, int mode) {
    USABLE;
    if (stream != &stream_object || capturing || mode < 0 || mode > 2) return INVALID_VALUE;
    capturing = 1;
    first_work = NULL;
    last_work = &first_work;
    return 0;
}

CUresult cuStreamEndCapture(Handle stream, Handle *graph) {
    USABLE;
    if (stream != &stream_object || !capturing) return INVALID_VALUE;
    capturing = 0;
    *graph = first_work;
    return 0;
}

CUresult cuGraphInstantiateWithFlags(Handle *executable, Handle graph, unsigned long long flags) {
    USABLE;
    *executable = graph;
    return flags ? INVALID_VALUE : 0;
}

CUresult cuGraphDestroy(Handle graph) { return graph == NULL ? INVALID_VALUE : 0; }
CUresult cuGraphExecDestroy(Handle executable) { return executable == NULL ? INVALID_VALUE : 0; }

CUresult cuGraphLaunch(Handle executable, Handle stream) {
    USABLE;
    if (stream != &stream_object || capturing) return INVALID_VALUE;
    for (Work *work = executable; work != NULL; work = work->next) {
        CUresult code = work->call(work);
        if (code) return code;
    }
    return 0;
}

static CUresult copied(Work *work) {
    memcpy((void *) work->to, (void *) work->from, work->bytes);
    return pending;
}

static CUresult filled(Work *work) {
    memset((void *) work->to, work->from, work->bytes);
    return 0;
}

static CUresult echoed(Work *work) {
    clock_ticks++;
    memcpy((void *) work->to, work->seen, sizeof work->seen);
    return 0;
}

static CUresult move(uint64_t to, uint64_t from, size_t bytes, Handle stream) {
    USABLE;
    if (stream != &stream_object) return INVALID_VALUE;
    return now_or_later((Work){.call = copied, .to = to, .from = from, .bytes = bytes});
}

CUresult cuMemcpyHtoDAsync_v2(CUdeviceptr to, const void *from, size_t bytes, Handle stream) {
    return move(to, (uint64_t) from, bytes, stream);
}

CUresult cuMemcpyDtoHAsync_v2(void *to, CUdeviceptr from, size_t bytes, Handle stream) {
    return move((uint64_t) to, from, bytes, stream);
}

CUresult cuMemcpyDtoDAsync_v2(CUdeviceptr to, CUdeviceptr from, size_t bytes, Handle stream) {
    return move(to, from, bytes, stream);
}

CUresult cuMemsetD8Async(CUdeviceptr address, unsigned char value, size_t bytes, Handle stream) {
    USABLE;
    if (stream != &stream_object) return INVALID_VALUE;
    return now_or_later((Work){.call = filled, .to = address, .from = value, .bytes = bytes});
}

CUresult cuEventCreate(Handle *event, unsigned flags) {
    USABLE;
    *event = calloc(1, sizeof(long));
    return flags & ~2u;
}

CUresult cuEventRecord(Handle event, Handle stream) {
    USABLE;
    *(long *) event = clock_ticks;
    return stream != &stream_object;
}

CUresult cuEventSynchronize(Handle event) {
    USABLE;
    return event ? pending : INVALID_VALUE;
}

CUresult cuEventElapsedTime(float *milliseconds, Handle start, Handle end) {
    *milliseconds = *(long *) end - *(long *) start;
    return 0;
}

CUresult cuEventDestroy_v2(Handle event) {
    free(event);
    return 0;
}

/* Options: 3, 4 the info log and its size, 5, 6 the error log and its size. */
CUresult cuModuleLoadDataEx(Handle *module, const void *image, unsigned count, int *options, void **values) {
    USABLE;
    int code = setting("FAKE_LOAD", 0);
    for (unsigned i = 0; i < count; i++) {
        if (options[i] == 5 && code) strcpy(values[i], "line 7: unknown symbol\nline 9: syntax error\n");
    }
    if (strstr(image, ".version") == NULL) return INVALID_VALUE;
    *module = strdup(image);
    return code;
}

CUresult cuModuleGetFunction(Handle *function, Handle module, const char *name) {
    USABLE;
    if (strstr(module, name) == NULL) return NOT_FOUND;
    *function = strdup(name);
    return 0;
}

CUresult cuFuncSetAttribute(Handle function, int attribute, int value) {
    USABLE;
    return function && attribute == 8 && value <= 99 << 10 ? 0 : INVALID_VALUE;
}

/* echo: writes all that it was given to the address in its first parameter; fault: goes wrong later. */
CUresult cuLaunchKernel(Handle function, unsigned gx, unsigned gy, unsigned gz, unsigned bx, unsigned by, unsigned bz,
                        unsigned shared, Handle stream, void **parameters, void **extra) {
    USABLE;
    if (pending) return pending;
    if (extra || stream != &stream_object) return INVALID_VALUE;
    if (strcmp(function, "fault") == 0) {
        clock_ticks++;
        pending = ILLEGAL_ADDRESS;
    } else if (strcmp(function, "refuse") == 0) {
        return 701;
    } else if (strcmp(function, "echo") == 0) {
        Work work = {.call = echoed, .to = *(uint64_t *) parameters[0], .seen = {
            *(uint32_t *) parameters[1], *(int32_t *) parameters[2], *(int64_t *) parameters[3],
            (int64_t) (*(float *) parameters[4] * 1000), (int64_t) (*(double *) parameters[5] * 1000),
            gx, gy, gz, bx, by, bz, shared}};
        return now_or_later(work);
    }
    return 0;
}
