/** What {@code soma doctor} looks at: the JVM, the processor, memory, GPU libraries, speeds. */
package soma.cli.doctor;
