package soma.cuda.emulator;

import static org.junit.jupiter.api.Assertions.assertEquals;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;

import java.lang.foreign.MemorySegment;
import java.lang.reflect.Array;

/**
 * Runs single instructions, a thread for each element of the operands. Operands and results are
 * {@code int[]}, {@code long[]}, {@code float[]} or {@code double[]}; in the text they are {@code
 * A}, {@code B}, {@code C}, and {@code D} is the result. {@code %p0} to {@code %p7} are predicates,
 * {@code %r20} to {@code %r29} registers for whatever lies between.
 */
final class InstructionRun {
    private static final String[] NAMES = {"D", "A", "B", "C"};

    private InstructionRun() {}

    /** The result of {@code text}, of the type and length of {@code like}. */
    static Object run(String text, Object like, Object... operands) {
        int count = Array.getLength(like);
        StringBuilder body = new StringBuilder("mov.u32 %r31, %ctaid.x;\n");
        body.append("mad.lo.u32 %r31, %r31, 64, %tid.x;\n");
        body.append("setp.ge.u32 %p7, %r31, ").append(count).append(";\n@%p7 ret;\n");
        String line = text;
        try (KernelRun run = new KernelRun()) {
            Arguments arguments = new Arguments();
            Object[] all = new Object[operands.length + 1];
            all[0] = like;
            System.arraycopy(operands, 0, all, 1, operands.length);
            for (int i = 0; i < all.length; i++) {
                MemorySegment data = segment(all[i]);
                long address = run.driver().allocate(data.byteSize());
                arguments.address(address);
                String register = register(all[i]) + (10 + i);
                line = line.replaceAll("\\b" + NAMES[i] + "\\b", register);
                body.append("ld.param.u64 %d").append(20 + i).append(", [p").append(i);
                body.append("];\nmad.wide.u32 %d").append(20 + i).append(", %r31, ");
                body.append(width(all[i])).append(", %d").append(20 + i).append(";\n");
                if (i > 0) {
                    run.driver().upload(data, address);
                    body.append("ld.global").append(type(all[i])).append(' ').append(register);
                    body.append(", [%d").append(20 + i).append("];\n");
                }
            }
            body.append(line).append("\nst.global").append(type(like)).append(" [%d20], ");
            body.append(register(like)).append("10;\nret;");
            run.run(Geometry.of((count + 63) / 64, 64), body.toString(), arguments);
            Object out = Array.newInstance(like.getClass().componentType(), count);
            run.driver().download(arguments.bits(0), segment(out));
            return out;
        }
    }

    /** Runs and compares all bits; every NaN is as good as another. */
    static void check(String text, Object expected, Object... operands) {
        Object actual = run(text, expected, operands);
        for (int i = 0; i < Array.getLength(expected); i++) {
            int at = i;
            assertEquals(
                    Array.get(expected, i),
                    Array.get(actual, i),
                    () -> text + " of " + describe(at, operands));
        }
    }

    private static String describe(int at, Object... operands) {
        StringBuilder text = new StringBuilder();
        for (Object operand : operands) {
            text.append(text.isEmpty() ? "" : ", ").append(Array.get(operand, at));
        }
        return text.toString();
    }

    private static MemorySegment segment(Object array) {
        return switch (array) {
            case int[] x -> MemorySegment.ofArray(x);
            case long[] x -> MemorySegment.ofArray(x);
            case float[] x -> MemorySegment.ofArray(x);
            case double[] x -> MemorySegment.ofArray(x);
            default -> throw new IllegalArgumentException(array.getClass().getName());
        };
    }

    private static String register(Object array) {
        return switch (array) {
            case int[] _ -> "%r";
            case long[] _ -> "%d";
            case float[] _ -> "%f";
            default -> "%g";
        };
    }

    private static String type(Object array) {
        return switch (array) {
            case int[] _ -> ".b32";
            case long[] _ -> ".b64";
            case float[] _ -> ".f32";
            default -> ".f64";
        };
    }

    private static int width(Object array) {
        return array instanceof int[] || array instanceof float[] ? 4 : 8;
    }
}
