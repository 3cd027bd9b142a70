package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.EnumSet;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Where rejected lines go: to a file as JSON objects that hold the whole line, or else to people. What is wrong with a whole
 * input people are told once, and what is wrong with many lines a few times.
 */
final class Rejections {
    private static final int MOST_TOLD = 10;
    private static final int MOST_REASONS = 1_000;

    private final @Nullable JsonLines file;
    private final Messages messages;
    private final Set<Hint> hinted = EnumSet.noneOf(Hint.class);
    /** How many lines were rejected for each reason. */
    private final Map<String, Integer> reasons = new HashMap<>();

    private long count;
    private long untold;

    Rejections(@Nullable JsonLines file, Messages messages) {
        this.file = file;
        this.messages = messages;
    }

    void add(Rejection rejection) throws IOException {
        count++;
        Hint hint = rejection.hint();
        boolean isNew = hint == null || hinted.add(hint);
        if (file != null) {
            file.write(node(rejection));
        } else if (isNew) {
            tell(rejection);
        } else {
            untold++;
        }
        if (hint != null && isNew) {
            messages.say(hint.toString());
        }
    }

    private void tell(Rejection rejection) {
        String reason = rejection.reason();
        boolean isCounted = reasons.size() < MOST_REASONS || reasons.containsKey(reason);
        int times = isCounted ? reasons.merge(reason, 1, Integer::sum) : 1;
        if (times <= MOST_TOLD) {
            messages.say(rejection.at() + ": " + reason);
        } else {
            untold++;
        }
        if (times == MOST_TOLD + 1) {
            messages.say("further lines for the same reason are only counted (--rejected-to FILE would keep them): "
                    + reason);
        }
    }

    private static ObjectNode node(Rejection rejection) {
        ObjectNode line = Json.MAPPER.createObjectNode();
        line.put("file", rejection.at().file());
        line.put("line", rejection.at().line());
        line.put("reason", rejection.reason());
        line.put("text", rejection.text());
        return line;
    }

    long count() {
        return count;
    }

    /** Says how many lines nobody was told of. */
    void end() {
        if (untold > 0) {
            messages.say("rejected for the same reason: " + untold + " more (--rejected-to FILE would keep them)");
        }
    }
}
