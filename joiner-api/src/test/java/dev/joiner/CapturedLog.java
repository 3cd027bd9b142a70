package dev.joiner;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import java.util.logging.Handler;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/** What a class logs while something runs, and nobody sees otherwise. */
public final class CapturedLog {
    private CapturedLog() {}

    /** @param printing what the log does with each record that it is given */
    public static List<LogRecord> of(Class<?> logging, Consumer<LogRecord> printing, Runnable work) {
        List<LogRecord> records = new CopyOnWriteArrayList<>();
        Logger logger = Logger.getLogger(logging.getName());
        Handler handler = new Handler() {
            @Override
            public void publish(LogRecord log) {
                printing.accept(log);
                records.add(log);
            }

            @Override
            public void flush() {}

            @Override
            public void close() {}
        };
        logger.addHandler(handler);
        logger.setUseParentHandlers(false);
        try {
            work.run();
        } finally {
            logger.removeHandler(handler);
            logger.setUseParentHandlers(true);
        }
        return records;
    }
}
