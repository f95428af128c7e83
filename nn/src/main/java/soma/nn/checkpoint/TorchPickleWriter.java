package soma.nn.checkpoint;

import java.io.ByteArrayOutputStream;
import java.lang.foreign.MemorySegment;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Map;

/**
 * The structure of a {@code .pth}: {@code {'model': OrderedDict(name -> tensor)}} as a pickle of
 * protocol 2, each tensor with a storage of its own, numbered from 0. Names that are endings are
 * marked by {@code matching_heuristics}, as detectron2 does.
 */
final class TorchPickleWriter {
    private final ByteArrayOutputStream out = new ByteArrayOutputStream();

    /** The pickle of a state dict. */
    static byte[] write(StateDict dict) {
        return new TorchPickleWriter().pickle(dict);
    }

    /** What PyTorch calls the storages of a type, or null if it has none of its own for it. */
    private static String storageName(ElementType type) {
        return switch (type) {
            case F32 -> "FloatStorage";
            case F64 -> "DoubleStorage";
            case F16 -> "HalfStorage";
            case BF16 -> "BFloat16Storage";
            case I64 -> "LongStorage";
            case I32 -> "IntStorage";
            case I16 -> "ShortStorage";
            case I8 -> "CharStorage";
            case U8 -> "ByteStorage";
            case BOOL -> "BoolStorage";
            case U64, U32, U16, F8_E4M3, F8_E5M2 -> null;
        };
    }

    /** PyTorch's name of the types that came after it gave up storages of a type. */
    private static String dtypeName(ElementType type) {
        return switch (type) {
            case U64 -> "uint64";
            case U32 -> "uint32";
            case U16 -> "uint16";
            case F8_E4M3 -> "float8_e4m3fn";
            case F8_E5M2 -> "float8_e5m2";
            case F32, F64, F16, BF16, I64, I32, I16, I8, U8, BOOL ->
                    throw new IllegalArgumentException(type + " has storages of its own");
        };
    }

    private byte[] pickle(StateDict dict) {
        opcode(0x80);
        opcode(2);
        opcode('}');
        text("model");
        emptyOrderedDict();
        opcode('(');
        int key = 0;
        for (Map.Entry<String, HostTensor> e : dict.tensors().entrySet()) {
            text(e.getKey());
            tensor(e.getValue(), Integer.toString(key++));
        }
        opcode('u');
        opcode('s');
        if (dict.naming() == StateDict.Naming.SUFFIXES) {
            text(PickledState.HEURISTICS);
            opcode(0x88);
            opcode('s');
        }
        opcode('.');
        return out.toByteArray();
    }

    private void emptyOrderedDict() {
        global("collections", "OrderedDict");
        opcode(')');
        opcode('R');
    }

    /** {@code _rebuild_tensor_v2((storage, offset, size, stride, requires_grad, hooks))}. */
    private void tensor(HostTensor t, String key) {
        boolean typed = storageName(t.type()) != null;
        global("torch._utils", typed ? "_rebuild_tensor_v2" : "_rebuild_tensor_v3");
        opcode('(');
        storage(t, key);
        integer(0);
        int[] dims = t.shape().dims();
        longs(dims);
        longs(rowMajor(dims));
        opcode(0x89);
        emptyOrderedDict();
        if (!typed) {
            global("torch", dtypeName(t.type()));
        }
        opcode('t');
        opcode('R');
    }

    private static int[] rowMajor(int[] dims) {
        int[] strides = new int[dims.length];
        int step = 1;
        for (int i = dims.length - 1; i >= 0; i--) {
            strides[i] = step;
            step *= Math.max(1, dims[i]);
        }
        return strides;
    }

    private void storage(HostTensor t, String key) {
        String name = storageName(t.type());
        MemorySegment data = t.data();
        opcode('(');
        text("storage");
        if (name == null) {
            global("torch.storage", "UntypedStorage");
        } else {
            global("torch", name);
        }
        text(key);
        text("cpu");
        integer(name == null ? Math.toIntExact(data.byteSize()) : t.size());
        opcode('t');
        opcode('Q');
    }

    private void longs(int[] values) {
        opcode('(');
        for (int value : values) {
            integer(value);
        }
        opcode('t');
    }

    private void global(String module, String name) {
        opcode('c');
        for (String line : List.of(module, name)) {
            out.writeBytes((line + '\n').getBytes(StandardCharsets.US_ASCII));
        }
    }

    private void text(String value) {
        byte[] utf8 = value.getBytes(StandardCharsets.UTF_8);
        opcode('X');
        littleEndian(utf8.length);
        out.writeBytes(utf8);
    }

    private void integer(int value) {
        opcode('J');
        littleEndian(value);
    }

    private void littleEndian(int value) {
        for (int shift = 0; shift < Integer.SIZE; shift += Byte.SIZE) {
            out.write(value >> shift);
        }
    }

    private void opcode(int code) {
        out.write(code);
    }
}
