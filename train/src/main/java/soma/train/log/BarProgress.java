package soma.train.log;

import me.tongfei.progressbar.ProgressBar;
import me.tongfei.progressbar.ProgressBarBuilder;
import me.tongfei.progressbar.ProgressBarStyle;

import java.util.Locale;

/** Bars on a terminal's stderr: one for training, one for each evaluation. */
public final class BarProgress implements ProgressListener {
    private ProgressBar training;
    private ProgressBar evaluation;

    @Override
    public void stepped(Progress p) {
        if (training == null) {
            training = bar("training", p.maxIterations());
        }
        training.setExtraMessage(
                String.format(
                        Locale.ROOT,
                        " loss %.3f, %.2f images/s, %.0f%% loading",
                        p.totalLoss(),
                        p.imagesPerSecond(),
                        100 * p.loadingPart()));
        training.stepTo(p.iteration());
    }

    @Override
    public void evaluated(int done, int images) {
        if (evaluation == null) {
            evaluation = bar("evaluating", images);
        }
        evaluation.stepTo(done);
        if (done == images) {
            evaluation.close();
            evaluation = null;
        }
    }

    private static ProgressBar bar(String name, long max) {
        return new ProgressBarBuilder()
                .setTaskName(name)
                .setInitialMax(max)
                .setStyle(ProgressBarStyle.ASCII)
                .setUpdateIntervalMillis(500)
                .continuousUpdate()
                .build();
    }

    @Override
    public void close() {
        if (evaluation != null) {
            evaluation.close();
        }
        if (training != null) {
            training.close();
        }
    }
}
