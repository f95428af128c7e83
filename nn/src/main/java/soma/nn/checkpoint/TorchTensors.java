package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * The closed list of what a PyTorch checkpoint may name: dicts, tensors, arrays, storages. Tensors
 * come out of the pickle without their bytes, which {@link #tensor} fetches: those of an optimizer
 * are never read.
 */
final class TorchTensors implements Pickle.Globals {
    /** Functions and classes of the list. */
    private enum Known {
        ORDERED_DICT,
        COUNTER,
        REBUILD_TENSOR,
        REBUILD_TENSOR_OF_DTYPE,
        REBUILD_PARAMETER,
        NUMPY_RECONSTRUCT,
        NUMPY_FROM_BUFFER,
        NUMPY_ARRAY,
        NUMPY_DTYPE,
        ENCODE
    }

    private static final Map<String, Object> LIST = new HashMap<>();

    static {
        LIST.put("collections.OrderedDict", Known.ORDERED_DICT);
        LIST.put("collections.Counter", Known.COUNTER);
        LIST.put("torch._utils._rebuild_tensor_v2", Known.REBUILD_TENSOR);
        LIST.put("torch._utils._rebuild_tensor_v3", Known.REBUILD_TENSOR_OF_DTYPE);
        LIST.put("torch._utils._rebuild_parameter", Known.REBUILD_PARAMETER);
        LIST.put("numpy.core.multiarray._reconstruct", Known.NUMPY_RECONSTRUCT);
        LIST.put("numpy._core.multiarray._reconstruct", Known.NUMPY_RECONSTRUCT);
        LIST.put("numpy.core.numeric._frombuffer", Known.NUMPY_FROM_BUFFER);
        LIST.put("numpy._core.numeric._frombuffer", Known.NUMPY_FROM_BUFFER);
        LIST.put("numpy.ndarray", Known.NUMPY_ARRAY);
        LIST.put("numpy.dtype", Known.NUMPY_DTYPE);
        LIST.put("_codecs.encode", Known.ENCODE);
        LIST.put("torch.FloatStorage", ElementType.F32);
        LIST.put("torch.DoubleStorage", ElementType.F64);
        LIST.put("torch.HalfStorage", ElementType.F16);
        LIST.put("torch.BFloat16Storage", ElementType.BF16);
        LIST.put("torch.LongStorage", ElementType.I64);
        LIST.put("torch.IntStorage", ElementType.I32);
        LIST.put("torch.ShortStorage", ElementType.I16);
        LIST.put("torch.CharStorage", ElementType.I8);
        LIST.put("torch.ByteStorage", ElementType.U8);
        LIST.put("torch.BoolStorage", ElementType.BOOL);
        LIST.put("torch.storage.UntypedStorage", ElementType.U8);
        dtype("float32", ElementType.F32);
        dtype("float64", ElementType.F64);
        dtype("float16", ElementType.F16);
        dtype("bfloat16", ElementType.BF16);
        dtype("float8_e4m3fn", ElementType.F8_E4M3);
        dtype("float8_e5m2", ElementType.F8_E5M2);
        for (String integer : List.of("int64", "int32", "int16", "int8")) {
            dtype(integer, ElementType.valueOf("I" + integer.substring(3)));
            dtype("u" + integer, ElementType.valueOf("U" + integer.substring(3)));
        }
        dtype("bool", ElementType.BOOL);
    }

    private static void dtype(String name, ElementType type) {
        LIST.put("torch." + name.toLowerCase(Locale.ROOT), new Dtype(type));
    }

    /** A {@code torch.dtype}. */
    private record Dtype(ElementType type) {}

    /**
     * A storage that a pickle refers to.
     *
     * @param count of its elements
     */
    record TypedStorage(String key, ElementType type, long count) {
        long bytes() {
            return Math.multiplyExact(count, type.bytes());
        }
    }

    /** A tensor that a pickle describes, still without bytes. */
    private record StoredTensor(TypedStorage storage, ElementType type, StridedView view) {}

    /** Where the bytes of storages are. */
    @FunctionalInterface
    interface Storages {
        /** The bytes of a storage; there must be exactly as many as it says. */
        MemorySegment bytes(TypedStorage storage);
    }

    private final Path file;
    private final Map<String, TypedStorage> named = new LinkedHashMap<>();

    /** For one file. */
    TorchTensors(Path file) {
        this.file = file;
    }

    /** The storages that the pickle has named, by key. */
    Map<String, TypedStorage> storages() {
        return named;
    }

    /**
     * The tensor that a value of the pickle is.
     *
     * @return null if it isn't one
     * @throws CheckpointException if its bytes are not there or don't fit
     */
    HostTensor tensor(Object value, Storages storages) {
        return switch (value) {
            case StoredTensor t -> t.view.materialise(t.type, storages.bytes(t.storage));
            case NumpyArray array -> array.value(file);
            case null, default -> null;
        };
    }

    @Override
    public Object global(String module, String name) {
        // A dotted name would reach attributes of what is listed.
        Object known = name.indexOf('.') >= 0 ? null : LIST.get(module + "." + name);
        if (known == null) {
            throw new CheckpointException(
                    file
                            + ": pickle: "
                            + module
                            + "."
                            + name
                            + " is not allowed: expected a state dict of tensors");
        }
        return known;
    }

    @Override
    public Object call(Object callable, List<?> arguments) {
        Object result =
                callable instanceof Known known
                        ? switch (known) {
                            case ORDERED_DICT -> arguments.isEmpty() ? new LinkedHashMap<>() : null;
                            case COUNTER -> arguments.size() == 1 ? arguments.getFirst() : null;
                            case REBUILD_TENSOR -> rebuildTensor(arguments);
                            case REBUILD_TENSOR_OF_DTYPE -> rebuildTensorOfDtype(arguments);
                            case REBUILD_PARAMETER -> parameter(arguments);
                            case NUMPY_RECONSTRUCT -> numpyArray(arguments);
                            case NUMPY_FROM_BUFFER -> numpyFromBuffer(arguments);
                            case NUMPY_DTYPE -> numpyType(arguments);
                            case ENCODE -> encode(arguments);
                            case NUMPY_ARRAY -> null;
                        }
                        : null;
        if (result == null) {
            throw broken("a call that no checkpoint makes");
        }
        return result;
    }

    private static Object parameter(List<?> a) {
        return a.size() == 3 && a.getFirst() instanceof StoredTensor t ? t : null;
    }

    private static Object numpyArray(List<?> a) {
        return a.size() == 3 && a.getFirst() == Known.NUMPY_ARRAY ? new NumpyArray() : null;
    }

    /** {@code (bytes, dtype, shape, order)}: how protocol 5 has contiguous arrays. */
    private Object numpyFromBuffer(List<?> a) {
        if (a.size() != 4 || !("C".equals(a.get(3)) || "F".equals(a.get(3)))) {
            return null;
        }
        NumpyArray array = new NumpyArray();
        array.build(file, Arrays.asList(1L, a.get(2), a.get(1), "F".equals(a.get(3)), a.get(0)));
        return array;
    }

    private static Object numpyType(List<?> a) {
        return !a.isEmpty() && a.getFirst() instanceof String code
                ? new NumpyArray.Type(code)
                : null;
    }

    /** Pickles of protocol 2 hold bytes as text of the same code points. */
    private static Object encode(List<?> a) {
        return a.size() == 2 && a.get(0) instanceof String text && "latin1".equals(a.get(1))
                ? MemorySegment.ofArray(text.getBytes(StandardCharsets.ISO_8859_1))
                : null;
    }

    @Override
    public void build(Object target, Object state) {
        switch (target) {
            case NumpyArray array -> array.build(file, state);
            case NumpyArray.Type type -> type.build(file, state);
            // torch hangs the versions of modules on its state dicts.
            case LinkedHashMap<?, ?> _ when isModuleMetadata(state) -> {}
            case null, default -> throw broken("state is given to an object that takes none");
        }
    }

    private static boolean isModuleMetadata(Object state) {
        return state instanceof Map<?, ?> map
                && map.size() == 1
                && map.get("_metadata") instanceof Map;
    }

    /**
     * {@code ('storage', type, key, location, number of elements)}; before PyTorch 1.6 with a sixth
     * entry for views of other storages, which no state dict has had since 0.4.
     */
    @Override
    public Object persistent(Object id) {
        if (!(id instanceof List<?> parts
                && (parts.size() == 5 || (parts.size() == 6 && parts.get(5) == null))
                && "storage".equals(parts.get(0))
                && parts.get(1) instanceof ElementType type
                && parts.get(2) instanceof String key
                && parts.get(4) instanceof Long count
                && count >= 0
                && count <= Long.MAX_VALUE / Long.BYTES)) {
            throw broken("a persistent id is not that of a storage");
        }
        TypedStorage storage = new TypedStorage(key, type, count);
        TypedStorage before = named.putIfAbsent(key, storage);
        if (before != null && !before.equals(storage)) {
            throw broken("storage " + key + " is described in two ways");
        }
        return storage;
    }

    /** {@code (storage, offset, size, stride, requires_grad, hooks)}, and metadata in new files. */
    private StoredTensor rebuildTensor(List<?> a) {
        if (!(a.size() >= 6
                && a.get(0) instanceof TypedStorage storage
                && a.get(1) instanceof Long offset
                && a.get(2) instanceof List<?> sizes
                && a.get(3) instanceof List<?> strides
                && a.get(5) instanceof LinkedHashMap<?, ?>)) {
            throw broken("arguments of _rebuild_tensor are damaged");
        }
        StridedView view =
                new StridedView(
                        file,
                        "tensor",
                        longs(file, "tensor size", sizes),
                        longs(file, "tensor stride", strides),
                        offset);
        return new StoredTensor(storage, storage.type, view);
    }

    /** The same, with the dtype of an untyped storage behind the hooks. */
    private StoredTensor rebuildTensorOfDtype(List<?> a) {
        StoredTensor untyped = rebuildTensor(a);
        if (!(a.size() >= 7 && a.get(6) instanceof Dtype dtype)) {
            throw broken("the dtype of a tensor is not one that can be read");
        }
        return new StoredTensor(untyped.storage, dtype.type, untyped.view);
    }

    /** Numbers of a tuple. */
    static long[] longs(Path file, String what, List<?> items) {
        long[] out = new long[items.size()];
        for (int i = 0; i < out.length; i++) {
            if (!(items.get(i) instanceof Long value)) {
                throw CheckpointException.of(file, what, "integers", "something else");
            }
            out[i] = value;
        }
        return out;
    }

    private CheckpointException broken(String what) {
        return new CheckpointException(file + ": pickle: " + what);
    }
}
