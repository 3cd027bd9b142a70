package dev.joiner.cli;

import dev.joiner.JoinerException;
import java.io.IOException;
import java.io.UncheckedIOException;

/** What a failure comes to: a message, and an exit status. */
final class Failures {
    private Failures() {}

    /** Tells people of the failure; the exit status. */
    static int tell(Throwable failure, Environment environment) {
        Messages messages = environment.messages();
        messages.clearProgress();
        if (BrokenPipe.isCauseOf(failure)) {
            return ExitStatus.BROKEN_PIPE;
        }
        if (failure instanceof JoinerException
                || failure instanceof IOException
                || failure instanceof UncheckedIOException) {
            messages.say(String.valueOf(failure.getMessage()));
        } else if (failure instanceof OutOfMemoryError) {
            messages.say(
                    "out of memory: too much is open at a time (see --expire-after), or java -Xmx allows too little");
        } else {
            messages.say("a bug, please report it: " + failure);
            failure.printStackTrace(environment.err());
        }
        return ExitStatus.FAILED;
    }
}
