package soma.cuda;

import soma.cuda.driver.Arguments;
import soma.cuda.driver.Geometry;
import soma.tensor.Layout;
import soma.tensor.Shape;
import soma.tensor.spi.View;

import java.util.function.UnaryOperator;

/** Starts kernels of {@code elementwise.ptx} over the nest of their operands. */
final class PointwiseLauncher {
    private static final int THREADS = 256;

    private final Launcher launcher;

    PointwiseLauncher(Launcher launcher) {
        this.launcher = launcher;
    }

    /**
     * Where an operand's elements lie.
     *
     * @param address of the first, 0 for an operand that is not there
     * @param layout of the shape that all operands have
     * @param bytes per element
     */
    record Operand(long address, Layout layout, int bytes) {
        static Operand of(View view) {
            return new Operand(Launcher.address(view), view.layout(), view.dtype().bytes());
        }

        /** In place of an operand that is a number: its address is 0. */
        static Operand none(Shape shape) {
            Layout scalar = Layout.contiguous(Shape.of()).broadcastTo(shape);
            return new Operand(0, scalar, Float.BYTES);
        }
    }

    /**
     * Starts a kernel that takes single elements.
     *
     * @param more adds the parameters between the addresses and the nest
     * @param operands the kernel's, the output last
     */
    void single(String entry, UnaryOperator<Arguments> more, Operand... operands) {
        for (Nest nest : nest(operands).parts()) {
            start(entry, nest, more.apply(addresses(nest, operands)));
        }
    }

    /**
     * Starts a kernel that takes quads where the layouts allow, and that is told of each input
     * whether it is spread.
     */
    void quads(String entry, UnaryOperator<Arguments> more, Operand... operands) {
        long[] addresses = new long[operands.length];
        int[] bytes = new int[operands.length];
        for (int i = 0; i < operands.length; i++) {
            addresses[i] = operands[i].address();
            bytes[i] = operands[i].bytes();
        }
        for (Nest part : nest(operands).parts()) {
            Nest nest = part.inQuads(addresses, bytes);
            Arguments arguments = more.apply(addresses(nest, operands));
            for (int i = 0; i < operands.length - 1; i++) {
                arguments.u32(nest.isSpread(i) ? 1 : 0);
            }
            start(entry, nest, arguments);
        }
    }

    private static Nest nest(Operand... operands) {
        Layout[] layouts = new Layout[operands.length];
        for (int i = 0; i < layouts.length; i++) {
            layouts[i] = operands[i].layout();
        }
        return Nest.of(layouts);
    }

    private static Arguments addresses(Nest nest, Operand... operands) {
        Arguments arguments = new Arguments();
        for (int i = 0; i < operands.length; i++) {
            arguments.address(operands[i].address() + (long) nest.base(i) * operands[i].bytes());
        }
        return arguments;
    }

    private void start(String entry, Nest nest, Arguments arguments) {
        if (nest.items() > 0) {
            launcher.launch(
                    KernelFamily.ELEMENTWISE,
                    entry,
                    Geometry.covering(nest.items(), THREADS, launcher.wave()),
                    nest.appendItemsTo(arguments));
        }
    }
}
