package soma.train.log;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One line a log period, for where there is no terminal. */
public final class LineProgress implements ProgressListener {
    private static final Logger LOG = LoggerFactory.getLogger("soma.train");

    @Override
    public void line(String text) {
        LOG.info(text);
    }
}
