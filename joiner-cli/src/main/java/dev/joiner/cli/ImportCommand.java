package dev.joiner.cli;

import com.fasterxml.jackson.databind.node.ObjectNode;
import dev.joiner.JoinSpec;
import dev.joiner.Joiner;
import dev.joiner.cli.Input.Position;
import java.io.IOException;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/** Puts what was exported into a store. */
@Command(
        name = "import",
        mixinStandardHelpOptions = true,
        sortOptions = false,
        versionProvider = Version.class,
        header = {"Puts joins into a store that export has printed.", ""},
        description = {
            "Reads standard input. Each join goes on waiting under its key, since when it did and until when it did; a key"
                    + " under which something waits already is left alone. What had failed or was parked waits as well:"
                    + " reexamine prints what is whole.",
            ""
        },
        footer = {
            "",
            "Exit status: 0 if all were put there, 3 if some were not, 2 if the command line is wrong, 1 if anything else"
                    + " went wrong."
        })
final class ImportCommand implements Callable<Integer> {
    private static final int LONGEST_LINE = 256 << 20;

    private final Environment environment;
    /** The join that is being put there: the spec's functions get no more than its value. */
    private ExportedJoin current = new ExportedJoin("", Instant.EPOCH, null, Json.MAPPER.createObjectNode());

    @Mixin
    private LastingStore store = new LastingStore();

    ImportCommand(Environment environment) {
        this.environment = environment;
    }

    @Override
    public Integer call() throws IOException {
        JoinSpec<ExportedJoin, String, ObjectNode, ObjectNode> spec = JoinSpec.joining(ExportedJoin.class)
                .keyedBy(ExportedJoin::key)
                .mergedBy(ImportCommand::alone)
                .sufficientWhen(value -> false)
                .expireAt(value -> current.deadline())
                .joinOnExpiry()
                .build();
        LineReader lines = new LineReader(Gunzip.ifNeeded(environment.in()), LONGEST_LINE, new JsonBoundary());
        Rejections rejections = new Rejections(null, environment.messages());
        long count = 0;
        try (Joiner<ExportedJoin, ObjectNode> joiner =
                Stores.open(store.url(environment), store.namespace(), spec, () -> current.firstAt())) {
            while (lines.next()) {
                try {
                    CharBuffer line = StandardCharsets.UTF_8.newDecoder().decode(lines.line());
                    if (line.toString().isBlank()) {
                        continue;
                    }
                    current = ExportedJoin.parse(new JsonFormat().parse(line));
                    joiner.accept(current);
                    count++;
                } catch (CharacterCodingException e) {
                    reject(rejections, lines, "no UTF-8");
                } catch (UnusableLineException e) {
                    reject(rejections, lines, e.reason());
                } catch (KeyInUseException e) {
                    reject(rejections, lines, "something waits under " + current.key() + " already");
                }
            }
        }
        environment.messages().say(count + " joins imported, " + rejections.count() + " left out");
        return rejections.count() == 0 ? ExitStatus.OK : ExitStatus.REJECTED;
    }

    private static ObjectNode alone(ExportedJoin message, @Nullable ObjectNode pending) {
        if (pending != null) {
            throw new KeyInUseException();
        }
        return message.value();
    }

    private static void reject(Rejections rejections, LineReader lines, String reason) throws IOException {
        rejections.add(new Rejection(new Position("<stdin>", lines.number()), reason, "", null));
    }

    private static final class KeyInUseException extends RuntimeException {
        private static final long serialVersionUID = 1L;
    }
}
