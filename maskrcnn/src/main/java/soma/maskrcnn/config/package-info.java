/**
 * The configuration: detectron2's key tree, read from YAML files and {@code KEY=VALUE} overrides,
 * checked, and handed out as typed values and validated records.
 */
package soma.maskrcnn.config;
