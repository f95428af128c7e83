/** Reports that people read: learning curves and a self-contained HTML page. */
package soma.cli.report;
