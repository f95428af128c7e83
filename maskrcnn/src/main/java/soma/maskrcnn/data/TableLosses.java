package soma.maskrcnn.data;

import soma.tensor.SomaException;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;

/** Counts what a competition CSV can't say of the classes and images of a data set. */
final class TableLosses {
    private TableLosses() {}

    /**
     * Compares the classes with those that reading the table will give.
     *
     * @throws SomaException when a class that occurs has no name
     */
    static void countClasses(Dataset dataset, Losses losses) {
        TreeSet<String> written = new TreeSet<>();
        String ofEmpty = CompetitionCsvWriter.classOfEmpty(dataset);
        for (ImageRecord image : dataset.images()) {
            if (image.annotations().isEmpty()) {
                row(ofEmpty, dataset, written, losses);
            }
            for (Annotation annotation : image.annotations()) {
                row(dataset.classNames().get(annotation.category()), dataset, written, losses);
            }
        }
        List<String> read = CompetitionCsvReader.classes(written);
        Set<String> before = new HashSet<>();
        for (Category category : dataset.categories()) {
            String name = category.name().strip();
            int place = read.indexOf(name);
            if (place < 0) {
                losses.add(Loss.UNUSED_CLASS, name);
            } else if (!before.add(name)) {
                losses.add(Loss.SHARED_NAME, category.id() + " " + name);
            } else if (category.id() != place + 1) {
                losses.add(Loss.CLASS_NUMBER, category.id() + " " + name);
            }
        }
    }

    private static void row(String name, Dataset dataset, Set<String> written, Losses losses) {
        if (name.isBlank()) {
            throw new SomaException(
                    dataset.source()
                            + ": categories: name: expected one for each class of a table, got"
                            + " an empty one");
        }
        written.add(name.strip());
        if (!CompetitionCsvReader.knows(name.strip())) {
            losses.add(Loss.FOREIGN_CLASS, name);
        }
    }

    /** Returns the folder of the images, if any is on disk: that of the first one. */
    static Optional<Path> imageFolder(Dataset dataset) {
        return dataset.images().stream()
                .map(image -> image.file().toAbsolutePath().normalize())
                .filter(Files::isRegularFile)
                .map(Path::getParent)
                .findFirst();
    }

    /** Counts the images that reading the table won't find in {@code folder}. */
    static void countImages(Dataset dataset, Path folder, Losses losses) {
        for (ImageRecord image : dataset.images()) {
            Path file = image.file().toAbsolutePath().normalize();
            boolean found = ImageFiles.byStem(folder, image.id()).equals(file);
            if (!found && Files.isRegularFile(file)) {
                losses.add(Loss.IMAGE_PLACE, image.file().toString());
            }
        }
    }
}
