/** Charts as SVG for pages that people read: lines, histograms, bars with intervals. */
package soma.cli.report.chart;
