/** What {@code soma doctor} looks at: the JVM, the processor, memory, devices, speeds. */
package soma.cli.doctor;
