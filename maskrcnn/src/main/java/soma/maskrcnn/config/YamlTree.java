package soma.maskrcnn.config;

import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.nodes.MappingNode;
import org.yaml.snakeyaml.nodes.Node;
import org.yaml.snakeyaml.nodes.NodeTuple;
import org.yaml.snakeyaml.nodes.ScalarNode;
import org.yaml.snakeyaml.nodes.SequenceNode;
import org.yaml.snakeyaml.nodes.Tag;

import soma.tensor.SomaException;

import java.io.StringReader;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;

/**
 * A YAML file as dotted keys and values, in the file's order.
 *
 * <p>Works on SnakeYAML's node graph, where aliases ({@code *id001}) are resolved already, and
 * never constructs objects that tags name: {@code !!python/tuple} is a list, other tags only a
 * name.
 */
final class YamlTree {
    private static final int DEEPEST = 16;
    private static final int MOST_NODES = 100_000;

    /** A leaf: its value as the YAML says it, and its explicit tag ({@code !numbers}) or null. */
    record Leaf(Object value, String tag) {}

    private final String source;
    private final Map<String, Leaf> leaves = new LinkedHashMap<>();
    private int nodes;

    private YamlTree(String source) {
        this.source = source;
    }

    /**
     * Parses {@code text}.
     *
     * @param source the file's name for messages
     * @throws SomaException for what is not YAML, not a mapping, doubled or nested too deep
     */
    static Map<String, Leaf> parse(String text, String source) {
        YamlTree tree = new YamlTree(source);
        Node root;
        LoaderOptions options = new LoaderOptions();
        // Nothing is constructed, so tags such as !!python/tuple do no harm.
        options.setTagInspector(tag -> true);
        try {
            root = new Yaml(new SafeConstructor(options)).compose(new StringReader(text));
        } catch (MarkedYAMLException e) {
            int line = e.getProblemMark() == null ? 0 : e.getProblemMark().getLine() + 1;
            throw new SomaException(
                    source + ": line " + line + ": not valid YAML: " + oneLine(e.getProblem()), e);
        } catch (YAMLException e) {
            String first = e.getMessage().lines().findFirst().orElse("unreadable");
            throw new SomaException(source + ": not valid YAML: " + first, e);
        }
        if (root == null) {
            return Map.of();
        }
        if (!(root instanceof MappingNode mapping)) {
            throw new SomaException(source + ": expected KEY: VALUE lines at the top level");
        }
        tree.section("", mapping, 0);
        return tree.leaves;
    }

    private void section(String prefix, MappingNode mapping, int depth) {
        for (Map.Entry<String, Node> entry : entries(prefix, mapping, depth).entrySet()) {
            String key = prefix + entry.getKey();
            Node node = entry.getValue();
            if (node instanceof MappingNode inner && !inner.getValue().isEmpty()) {
                section(key + ".", inner, depth + 1);
            } else {
                leaves.put(key, new Leaf(value(key, node, depth + 1), tag(node)));
            }
        }
    }

    /** The mapping's own keys over those that it merges in ({@code <<: *base}). */
    private Map<String, Node> entries(String prefix, MappingNode mapping, int depth) {
        visit(prefix, depth);
        Map<String, Node> own = new LinkedHashMap<>();
        Map<String, Node> merged = new LinkedHashMap<>();
        for (NodeTuple tuple : mapping.getValue()) {
            if (!(tuple.getKeyNode() instanceof ScalarNode keyNode)) {
                throw new SomaException(at(tuple.getKeyNode()) + "expected a key, got a list");
            }
            String key = keyNode.getValue();
            if (keyNode.getTag().equals(Tag.MERGE)) {
                merge(prefix, tuple.getValueNode(), merged, depth);
            } else if (own.put(key, tuple.getValueNode()) != null) {
                throw new SomaException(at(keyNode) + oneLine(prefix + key) + " is there twice");
            }
        }
        merged.forEach(own::putIfAbsent);
        return own;
    }

    private void merge(String prefix, Node node, Map<String, Node> into, int depth) {
        switch (node) {
            case MappingNode mapping ->
                    entries(prefix, mapping, depth + 1).forEach(into::putIfAbsent);
            case SequenceNode sequence -> {
                visit(prefix, depth);
                sequence.getValue().forEach(item -> merge(prefix, item, into, depth + 1));
            }
            default -> throw new SomaException(at(node) + "expected a section after <<");
        }
    }

    private Object value(String key, Node node, int depth) {
        visit(key, depth);
        if (node instanceof ScalarNode scalar) {
            return scalarValue(scalar);
        }
        if (node instanceof SequenceNode sequence) {
            List<Object> items = new ArrayList<>();
            for (Node item : sequence.getValue()) {
                items.add(value(key, item, depth + 1));
            }
            return items;
        }
        if (node instanceof MappingNode mapping && mapping.getValue().isEmpty()) {
            // An empty section says nothing, as a key without a value does.
            return null;
        }
        throw new SomaException(
                source + ": " + oneLine(key) + ": expected a value, got a section in a list");
    }

    private static Object scalarValue(ScalarNode node) {
        String text = node.getValue();
        Tag tag = node.getTag();
        if (tag.equals(Tag.NULL)) {
            return null;
        }
        if (tag.equals(Tag.BOOL)) {
            // YAML 1.1, as PyYAML: yes and on are true as well.
            return switch (text.toLowerCase(Locale.ROOT)) {
                case "true", "yes", "on" -> true;
                default -> false;
            };
        }
        if (tag.equals(Tag.INT) || tag.equals(Tag.FLOAT)) {
            return PythonLiteral.scalar(text);
        }
        // A tag of our own hides that a plain null is meant.
        return tag(node) != null && text.equals("null") ? null : text;
    }

    private static String tag(Node node) {
        String tag = node.getTag().getValue();
        return tag.startsWith("!") ? tag : null;
    }

    /** {@code text} for a message: without line breaks and of bearable length. */
    static String oneLine(String text) {
        String shown = text.replaceAll("\\p{Cntrl}+|[\\u0085\\u2028\\u2029]+", " ");
        return shown.length() <= 120 ? shown : shown.substring(0, 120) + "...";
    }

    private void visit(String key, int depth) {
        if (depth > DEEPEST || ++nodes > MOST_NODES) {
            throw new SomaException(
                    source + ": " + oneLine(key) + ": nested too deep, or far too large");
        }
    }

    private String at(Node node) {
        return source + ": line " + (node.getStartMark().getLine() + 1) + ": ";
    }
}
