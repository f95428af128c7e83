package soma.tensor.cpu.scalar;

import soma.tensor.Layout;
import soma.tensor.cpu.CpuStorage;
import soma.tensor.spi.View;

/**
 * Row-major float64 copies of operands of any layout and type. The reference kernels compute on
 * these, so that one loop serves all types and accumulates in float64.
 */
final class Values {
    private Values() {}

    /** The elements in row-major order. */
    static double[] of(View view) {
        CpuStorage s = storage(view);
        double[] values = new double[view.shape().size()];
        if (s instanceof CpuStorage.Floats f) {
            read(f.elements(), view.layout(), values);
        } else if (view.layout().isContiguous()) {
            int offset = view.layout().offset();
            for (int i = 0; i < values.length; i++) {
                values[i] = s.get(offset + i);
            }
        } else {
            int[] at = positions(view.layout());
            for (int i = 0; i < values.length; i++) {
                values[i] = s.get(at[i]);
            }
        }
        return values;
    }

    /** Writes row-major elements, rounding to the type. */
    static void store(double[] values, View to) {
        CpuStorage s = storage(to);
        if (s instanceof CpuStorage.Floats f && to.layout().isContiguous()) {
            float[] elements = f.elements();
            int offset = to.layout().offset();
            for (int i = 0; i < values.length; i++) {
                elements[offset + i] = (float) values[i];
            }
        } else if (to.layout().isContiguous()) {
            int offset = to.layout().offset();
            for (int i = 0; i < values.length; i++) {
                s.set(offset + i, values[i]);
            }
        } else {
            int[] at = positions(to.layout());
            for (int i = 0; i < values.length; i++) {
                s.set(at[i], values[i]);
            }
        }
    }

    /** The common type without a virtual call for each element. */
    private static void read(float[] from, Layout layout, double[] to) {
        if (layout.isContiguous()) {
            int offset = layout.offset();
            for (int i = 0; i < to.length; i++) {
                to[i] = from[offset + i];
            }
            return;
        }
        int[] at = positions(layout);
        for (int i = 0; i < to.length; i++) {
            to[i] = from[at[i]];
        }
    }

    /** The elements as integers. */
    static int[] ints(View view) {
        double[] values = of(view);
        int[] out = new int[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (int) values[i];
        }
        return out;
    }

    /** The elements rounded to float32. */
    static float[] floats(View view) {
        double[] values = of(view);
        float[] out = new float[values.length];
        for (int i = 0; i < out.length; i++) {
            out[i] = (float) values[i];
        }
        return out;
    }

    /** Where in the buffer each element lies, in row-major order. */
    static int[] positions(Layout layout) {
        int[] at = {layout.offset()};
        for (int axis = 0; axis < layout.shape().rank(); axis++) {
            int extent = layout.shape().dim(axis);
            int stride = layout.stride(axis);
            int[] inner = new int[at.length * extent];
            for (int i = 0; i < at.length; i++) {
                for (int j = 0; j < extent; j++) {
                    inner[i * extent + j] = at[i] + j * stride;
                }
            }
            at = inner;
        }
        return at;
    }

    private static CpuStorage storage(View view) {
        view.storage().requireLive();
        return (CpuStorage) view.storage();
    }
}
