package soma.train;

import soma.maskrcnn.config.AugmentationConfig;
import soma.maskrcnn.config.Config;
import soma.maskrcnn.config.InputConfig;
import soma.maskrcnn.config.RunConfig;
import soma.maskrcnn.config.SamplerConfig;
import soma.maskrcnn.config.SolverConfig;
import soma.maskrcnn.config.UpdateConfig;
import soma.maskrcnn.data.Dataset;
import soma.maskrcnn.data.ImageRecord;
import soma.maskrcnn.eval.FixedPoint;
import soma.maskrcnn.image.Image8;
import soma.maskrcnn.model.MaskRcnn;
import soma.maskrcnn.rpn.DivergenceException;
import soma.nn.LoadReport;
import soma.nn.RandomStreams;
import soma.nn.checkpoint.Safetensors;
import soma.nn.io.AtomicFiles;
import soma.nn.optim.ExponentialMovingAverage.Applied;
import soma.tensor.Scope;
import soma.tensor.SomaException;
import soma.train.data.BatchLoader;
import soma.train.data.BatchSampler;
import soma.train.data.ImageCache;
import soma.train.data.ImageSampler;
import soma.train.data.TrainingExample;
import soma.train.data.TrainingMapper;
import soma.train.log.RunLog;

import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.ThreadLocalRandom;
import java.util.stream.Collectors;

/**
 * A training run (detectron2's {@code DefaultTrainer}): steps, logging, evaluation, checkpoints,
 * resume, a clean stop, and the return from divergence.
 *
 * <p>On one device, the same request gives the same weights, whether or not it was interrupted and
 * resumed in between: all that is drawn comes from streams of the seed, and a checkpoint holds
 * their states.
 */
public final class Trainer implements AutoCloseable {
    private static final int CALIBRATION_IMAGES = 2;
    private static final int BATCHES_AHEAD = 2;
    private static final long CACHE_BYTES = 256L << 20;

    private final TrainingRequest request;
    private final Config config;
    private final RunConfig settings;
    private final RunDirectory run;
    private final RunLog log;
    private final List<ImageRecord> images;
    private final UpdateConfig update;
    private final int batchSize;
    private final int imagesPerUpdate;
    private final long maxIterations;
    private final long seed;
    private final Optional<Path> resumedFrom;
    private final ImageCache cache;
    private final MaskRcnn model;
    private final Solver solver;
    private final RunRecorder recorder;
    private final WeightAverage average;
    private RandomStreams streams;
    private TrainingStep step;
    private BatchSampler batches;
    private BatchLoader loader;
    private long iteration;
    private long savedAt = -1;
    private int rollbacks;
    private BestMetric best;
    private Map<String, Double> lastEvaluation = Map.of();

    private Trainer(TrainingRequest request) {
        this.request = request;
        checkRequest(request);
        request.device().precision(RunConfig.from(request.config()).precision());
        run = RunDirectory.open(request.out(), request.start());
        log = new RunLog(run.log());
        resumedFrom =
                request.start() == TrainingRequest.Start.RESUME
                        ? run.lastCheckpoint()
                        : Optional.empty();
        seed = resumedFrom.map(f -> Checkpoint.read(f).state().seed()).orElseGet(this::newSeed);
        config = RunConfiguration.resolve(request.config(), request.training(), seed);
        settings = RunConfig.from(config);
        SolverConfig solverConfig = SolverConfig.from(config);
        update = UpdateConfig.from(config);
        batchSize = solverConfig.imagesPerBatch();
        imagesPerUpdate = Math.multiplyExact(batchSize, update.accumulateSteps());
        maxIterations = solverConfig.maxIterations();
        images = trainingImages(request.training(), settings);
        cache = new ImageCache(Math.min(CACHE_BYTES, Runtime.getRuntime().maxMemory() / 8));
        AtomicFiles.writeString(run.config(), config.toYaml());
        EnvironmentReport.write(run.environment(), request.device(), seed, request.command());
        streams = new RandomStreams(seed);
        recorder =
                new RunRecorder(
                        run,
                        log,
                        request.progress(),
                        settings.logPeriod(),
                        imagesPerUpdate,
                        maxIterations);
        model = MaskRcnn.from(config);
        solver = new Solver(config, model.namedParameters());
        average = new WeightAverage(update.emaDecay(), model, request.device());
    }

    private static void checkRequest(TrainingRequest request) {
        RunConfiguration.checkClasses(
                request.config(), request.training(), request.validation().orElse(null));
        trainingImages(request.training(), RunConfig.from(request.config()));
        InputConfig.from(request.config());
        AugmentationConfig.from(request.config());
        // Costs nothing before there are values, and finds patterns that fit no parameter. What the
        // data's statistics are doesn't matter yet.
        Config unmeasured = request.config().with("SOMA.NORMALIZATION", "config", "the run");
        new Solver(unmeasured, MaskRcnn.from(unmeasured).namedParameters()).close();
    }

    private static List<ImageRecord> trainingImages(Dataset dataset, RunConfig settings) {
        Dataset usable =
                settings.filterEmptyAnnotations()
                        ? dataset.forTraining()
                        : dataset.withUsableImages();
        if (usable.images().isEmpty()) {
            throw new SomaException(
                    dataset.source()
                            + ": training images: expected at least one with an object, got "
                            + dataset.images().size()
                            + " images without");
        }
        return usable.images();
    }

    private long newSeed() {
        long wanted = RunConfig.from(request.config()).seed();
        return wanted >= 0 ? wanted : ThreadLocalRandom.current().nextInt(Integer.MAX_VALUE);
    }

    /**
     * Trains to the last iteration, or until a stop is asked for.
     *
     * @throws SomaException if data, weights or the run directory can't be used, a file can't be
     *     written, or training has diverged, saying where and what to try
     */
    public static TrainingResult train(TrainingRequest request) {
        try (Trainer trainer = new Trainer(request)) {
            return trainer.run();
        } catch (OutOfMemoryError e) {
            throw new SomaException(
                    ("%s: memory: expected to train within %d MB, got a step that needs more; try a"
                                    + " lower SOLVER.IMS_PER_BATCH or INPUT.MIN_SIZE_TRAIN, or"
                                    + " SOMA_JAVA_OPTS=-Xmx8g")
                            .formatted(request.out(), Runtime.getRuntime().maxMemory() >> 20),
                    e);
        }
    }

    private TrainingResult run() {
        long start = System.nanoTime();
        begin();
        boolean stopped = false;
        while (iteration < maxIterations && !stopped) {
            if (takeStep()) {
                finishStep();
                stopped = request.stopRequested().getAsBoolean() && iteration < maxIterations;
            }
        }
        Path weights;
        if (stopped) {
            saveCheckpoint();
            weights = Checkpoint.weightsOf(run.checkpoint(iteration));
            log.info("stopped after iteration " + iteration + "; --resume continues");
        } else {
            weights = finish();
        }
        double seconds = (System.nanoTime() - start) / 1e9;
        return new TrainingResult(
                iteration, stopped, lastEvaluation, Optional.ofNullable(best), weights, seconds);
    }

    // ---- beginning

    private void begin() {
        request.training().report().lines().forEach(line -> log.warn("data: " + line));
        config.notices().forEach(log::info);
        log.info(
                "%d images, %d objects, batches of %s, %d iterations, seed %d, %s"
                        .formatted(
                                images.size(),
                                images.stream().mapToInt(i -> i.annotations().size()).sum(),
                                update.accumulateSteps() == 1
                                        ? batchSize
                                        : update.accumulateSteps() + " x " + batchSize,
                                maxIterations,
                                seed,
                                request.device().name()));
        if (resumedFrom.isPresent()) {
            restore(resumedFrom.get(), 1);
            log.info("continuing " + resumedFrom.get() + " after iteration " + iteration);
            return;
        }
        initializeModel();
        average.begin();
        startLoading();
        recorder.restore(state());
        if (settings.divergence().rollback()) {
            saveCheckpoint();
        }
    }

    private void initializeModel() {
        if (request.weights().isPresent()) {
            LoadReport report =
                    WeightsLoading.initialize(
                            model, request.device(), streams, request.weights().get());
            WeightsLoading.describe(request.weights().get().source(), report).forEach(log::warn);
        } else {
            model.initialize(request.device(), streams);
            if (FrozenNormCalibration.applies(model)) {
                calibrateOrWarn();
            }
        }
        model.training(true);
    }

    private void calibrateOrWarn() {
        if (!settings.calibrateFrozenBn()) {
            log.warn(
                    "random weights under FrozenBN explode: start from weights (--weights), or set"
                            + " SOMA.CALIBRATE_FROZEN_BN=true, or MODEL.RESNETS.NORM=GN or BN");
            return;
        }
        TrainingMapper mapper = mapper();
        List<Image8> first = new ArrayList<>();
        for (int i = 0; i < Math.min(CALIBRATION_IMAGES, images.size()); i++) {
            first.add(mapper.map(images.get(i), i).image());
        }
        int norms = FrozenNormCalibration.calibrate(model, first, request.device());
        log.info("calibrated %d frozen batch norms on %d images".formatted(norms, first.size()));
    }

    /** Starts loading at the present iteration. */
    private void startLoading() {
        if (loader != null) {
            loader.close();
        }
        step = new TrainingStep(model, solver, request.device(), streams);
        batches = sampler();
        loader =
                new BatchLoader(
                        sampler(),
                        mapper(),
                        Math.max(1, Runtime.getRuntime().availableProcessors() / 4),
                        BATCHES_AHEAD);
    }

    private TrainingMapper mapper() {
        return new TrainingMapper(
                InputConfig.from(config), AugmentationConfig.from(config), images, cache, streams);
    }

    private BatchSampler sampler() {
        BatchSampler sampler =
                new BatchSampler(
                        images,
                        ImageSampler.of(SamplerConfig.from(config), images, streams),
                        batchSize,
                        settings.aspectRatioGrouping());
        sampler.skip(iteration * update.accumulateSteps());
        return sampler;
    }

    // ---- steps

    /** Returns whether the step was made; if not, the run went back to a checkpoint. */
    private boolean takeStep() {
        long start = System.nanoTime();
        List<List<TrainingExample>> batch = new ArrayList<>();
        for (int i = 0; i < update.accumulateSteps(); i++) {
            batch.add(loader.next());
            batches.next();
        }
        long loaded = System.nanoTime();
        Map<String, long[]> before = streams.state();
        try {
            Map<String, Double> figures = step.run(iteration, batch);
            average.update();
            long end = System.nanoTime();
            recorder.step(iteration, figures, loaded - start, end - start);
            return true;
        } catch (DivergenceException e) {
            String text = explain(e, batch, before);
            if (!settings.divergence().rollback()
                    || rollbacks >= settings.divergence().maxRollbacks()) {
                throw new SomaException(run.root() + ": " + text + advice(), e);
            }
            log.warn(text);
            rollBack();
            return false;
        }
    }

    private String explain(
            DivergenceException e, List<List<TrainingExample>> batch, Map<String, long[]> before) {
        return "training has diverged at iteration %d, lr %.3g: %s; %s (images %s)"
                .formatted(
                        iteration,
                        solver.rate(iteration),
                        e.getMessage(),
                        step.explain(batch, before),
                        batch.stream()
                                .flatMap(List::stream)
                                .map(TrainingExample::imageId)
                                .collect(Collectors.joining(", ")));
    }

    private String advice() {
        String first =
                iteration == 0
                        ? "; at the first iteration it is the weights or the data, otherwise try"
                        : "; try";
        String after =
                settings.divergence().rollback()
                        ? " (gave up after " + rollbacks + " returns to a checkpoint)"
                        : ", or SOMA.DIVERGENCE.ROLLBACK=true";
        return first
                + " a lower SOLVER.BASE_LR, a longer SOLVER.WARMUP_ITERS,"
                + " SOLVER.CLIP_GRADIENTS.ENABLED=true"
                + after;
    }

    private void rollBack() {
        rollbacks++;
        int count = rollbacks;
        double factor = settings.divergence().lrFactor() * solver.rateScale();
        Path folder =
                run.lastCheckpoint()
                        .orElseThrow(
                                () -> new IllegalStateException("no checkpoint to go back to"));
        restore(folder, factor);
        rollbacks = count;
        // Saved again with the lower rate, so that a resume doesn't run into the same wall.
        savedAt = -1;
        saveCheckpoint();
        log.warn(
                "back to iteration %d with the learning rate x %.3g (return %d of %d)"
                        .formatted(iteration, factor, count, settings.divergence().maxRollbacks()));
    }

    private void finishStep() {
        long done = iteration;
        iteration++;
        boolean last = iteration == maxIterations;
        Map<String, Double> evaluation =
                evaluationDue(last) ? evaluate() : Map.<String, Double>of();
        boolean withSteps = last || iteration % settings.logPeriod() == 0;
        if (withSteps || !evaluation.isEmpty()) {
            recorder.write(done, withSteps, solver.rate(done), evaluation);
        }
        if (last || iteration % settings.checkpointIterations(iterationsPerEpoch()) == 0) {
            saveCheckpoint();
        }
    }

    private boolean evaluationDue(boolean last) {
        int period = settings.evalIterations(iterationsPerEpoch());
        return request.validation().isPresent() && (last || period > 0 && iteration % period == 0);
    }

    private int iterationsPerEpoch() {
        return Math.ceilDiv(images.size(), imagesPerUpdate);
    }

    private Map<String, Double> evaluate() {
        try (Applied _ = average.apply()) {
            return evaluateWeights();
        }
    }

    private Map<String, Double> evaluateWeights() {
        Dataset validation = request.validation().orElseThrow();
        Map<String, Double> figures =
                new ModelEvaluation(model, config, validation, request.device())
                        .run(request.progress());
        lastEvaluation = figures;
        String deciding = ModelEvaluation.deciding(figures);
        double value = figures.get(deciding);
        if (best == null || value > best.value()) {
            best = new BestMetric(deciding, value, iteration);
            Safetensors.write(run.best(), model.stateDict());
        }
        log.info(
                "evaluation after iteration %d: bbox/AP %s, segm/AP %s, sartorius/score %s"
                        .formatted(
                                iteration,
                                figure(figures, "bbox/AP"),
                                figure(figures, "segm/AP"),
                                figure(figures, "sartorius/score")));
        return figures;
    }

    private static String figure(Map<String, Double> figures, String name) {
        return FixedPoint.format(figures.getOrDefault(name, -1.0), 4);
    }

    private Path finish() {
        try (Applied _ = average.apply()) {
            Safetensors.write(run.finalWeights(), model.stateDict());
            if (best == null) {
                // Without a validation set the last weights are the best that is known.
                Safetensors.write(run.best(), model.stateDict());
            }
        }
        log.info("finished " + iteration + " iterations; weights in " + run.finalWeights());
        return run.finalWeights();
    }

    // ---- state

    private TrainingState state() {
        return new TrainingState(
                iteration,
                seed,
                streams.state(),
                batches.position(),
                solver.rate(iteration),
                solver.rateScale(),
                rollbacks,
                best,
                recorder.state());
    }

    private void saveCheckpoint() {
        Path folder = run.checkpoint(iteration);
        if (savedAt == iteration) {
            return;
        }
        Checkpoint.write(
                folder, model::stateDict, solver.optimizer()::stateDict, average.state(), state());
        run.lastCheckpoint(folder);
        savedAt = iteration;
    }

    /** Continues from a checkpoint; {@code rateScale} replaces its factor if it is below 1. */
    private void restore(Path folder, double rateScale) {
        Checkpoint checkpoint = Checkpoint.read(folder);
        TrainingState state = checkpoint.state();
        streams = new RandomStreams(seed);
        LoadReport report =
                model.initialize(request.device(), streams, checkpoint.weights(), name -> false);
        if (!report.isExact()) {
            throw new SomaException(
                    Checkpoint.weightsOf(folder)
                            + ": expected the weights of this config's model, got "
                            + String.join("; ", WeightsLoading.describe("weights", report)));
        }
        model.training(true);
        try (Scope _ = Scope.open("resume", request.device())) {
            solver.optimizer().loadStateDict(checkpoint.optimizer());
        }
        average.restore(checkpoint, folder);
        solver.rateScale(rateScale < 1 ? rateScale : state.rateScale());
        streams.restore(state.streams());
        iteration = state.iteration();
        rollbacks = state.rollbacks();
        best = state.best();
        savedAt = iteration;
        recorder.restore(state);
        startLoading();
        if (batches.position() != state.samplerPosition()) {
            throw new SomaException(
                    folder
                            + ": resume: expected the same training images, batch size and"
                            + " grouping as before, got others");
        }
    }

    @Override
    public void close() {
        if (loader != null) {
            loader.close();
        }
        average.close();
        solver.close();
        model.close();
        request.progress().close();
    }
}
