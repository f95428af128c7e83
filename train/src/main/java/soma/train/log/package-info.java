/** What a run leaves behind beside weights: metrics, event files, log lines and progress. */
package soma.train.log;
