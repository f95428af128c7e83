/** Reports that people read: self-contained HTML pages, and what they are made of. */
package soma.cli.report;
