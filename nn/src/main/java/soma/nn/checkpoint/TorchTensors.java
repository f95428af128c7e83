package soma.nn.checkpoint;

import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;

/** The closed list of what a PyTorch checkpoint may name: dicts, tensors, arrays, storages. */
final class TorchTensors implements Pickle.Globals {
    /** Functions and classes of the list. */
    private enum Known {
        ORDERED_DICT,
        REBUILD_TENSOR,
        REBUILD_PARAMETER,
        NUMPY_RECONSTRUCT,
        NUMPY_ARRAY,
        NUMPY_DTYPE,
        ENCODE
    }

    private static final Map<String, Object> LIST = new HashMap<>();

    static {
        LIST.put("collections.OrderedDict", Known.ORDERED_DICT);
        LIST.put("torch._utils._rebuild_tensor_v2", Known.REBUILD_TENSOR);
        LIST.put("torch._utils._rebuild_parameter", Known.REBUILD_PARAMETER);
        LIST.put("numpy.core.multiarray._reconstruct", Known.NUMPY_RECONSTRUCT);
        LIST.put("numpy._core.multiarray._reconstruct", Known.NUMPY_RECONSTRUCT);
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
    }

    /** A storage: its type and bytes. */
    private record TypedStorage(ElementType type, MemorySegment data) {}

    private final Path file;
    private final Function<String, MemorySegment> storages;
    private final Map<String, MemorySegment> read = new HashMap<>();

    /**
     * For one file.
     *
     * @param storages gives the bytes of a storage's key
     */
    TorchTensors(Path file, Function<String, MemorySegment> storages) {
        this.file = file;
        this.storages = storages;
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
                            case REBUILD_TENSOR -> rebuildTensor(arguments);
                            case REBUILD_PARAMETER -> parameter(arguments);
                            case NUMPY_RECONSTRUCT -> numpyArray(arguments);
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
        return a.size() == 3 && a.getFirst() instanceof HostTensor t ? t : null;
    }

    private static Object numpyArray(List<?> a) {
        return a.size() == 3 && a.getFirst() == Known.NUMPY_ARRAY ? new NumpyArray() : null;
    }

    private static Object numpyType(List<?> a) {
        return !a.isEmpty() && a.getFirst() instanceof String code
                ? new NumpyArray.Type(code)
                : null;
    }

    /** Pickles of protocol 2 hold bytes as text of the same code points. */
    private static Object encode(List<?> a) {
        return a.size() == 2 && a.get(0) instanceof String text && "latin1".equals(a.get(1))
                ? text.getBytes(StandardCharsets.ISO_8859_1)
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

    /** {@code ('storage', type, key, location, number of elements)}. */
    @Override
    public Object persistent(Object id) {
        if (!(id instanceof List<?> parts
                && parts.size() == 5
                && "storage".equals(parts.get(0))
                && parts.get(1) instanceof ElementType type
                && parts.get(2) instanceof String key
                && parts.get(4) instanceof Long count)) {
            throw broken("a persistent id is not that of a storage");
        }
        MemorySegment data = read.computeIfAbsent(key, storages);
        if (count < 0
                || data.byteSize() % type.bytes() != 0
                || data.byteSize() / type.bytes() != count) {
            throw CheckpointException.of(
                    file,
                    "storage " + key,
                    count + " elements of " + type.bytes() + " bytes",
                    data.byteSize() + " bytes");
        }
        return new TypedStorage(type, data);
    }

    /** {@code (storage, offset, size, stride, requires_grad, hooks)}, and metadata in new files. */
    private HostTensor rebuildTensor(List<?> a) {
        if (!(a.size() >= 6
                && a.get(0) instanceof TypedStorage storage
                && a.get(1) instanceof Long offset
                && a.get(2) instanceof List<?> sizes
                && a.get(3) instanceof List<?> strides
                && a.get(5) instanceof LinkedHashMap<?, ?>)) {
            throw broken("arguments of _rebuild_tensor_v2 are damaged");
        }
        return new StridedView(
                        file,
                        "tensor",
                        longs(file, "tensor size", sizes),
                        longs(file, "tensor stride", strides),
                        offset)
                .materialise(storage.type, storage.data);
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
