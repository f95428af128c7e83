package soma.tensor.contract;

import org.junit.jupiter.api.Nested;

import soma.tensor.Device;

/**
 * What every backend must do, one part for each family of kernels: the same results as the
 * reference. A backend's test names its device.
 */
public abstract class BackendContract {
    /** Where the kernels under test run. */
    protected abstract Device device();

    @Nested
    class Elementwise extends ElementwiseContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Reduce extends ReduceContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Index extends IndexContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class MatMul extends MatMulContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Conv extends ConvContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Norm extends NormContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Loss extends LossContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Spatial extends SpatialContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Vision extends VisionContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class MaskTargets extends MaskTargetContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Subsample extends SubsampleContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Boxes extends BoxContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Image extends ImageContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Optimizer extends OptimizerContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }

    @Nested
    class Ops extends OpContract {
        @Override
        protected Device device() {
            return BackendContract.this.device();
        }
    }
}
