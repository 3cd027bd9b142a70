package dev.joiner.cli;

import java.io.FileDescriptor;
import java.io.FileOutputStream;
import java.io.OutputStream;
import java.io.OutputStreamWriter;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.time.InstantSource;
import java.util.List;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import picocli.CommandLine;
import picocli.CommandLine.MissingParameterException;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.UnmatchedArgumentException;

/** Runs the {@code joiner} command line. */
public final class Main {
    /** With the time to give back, less than the 10 seconds after which many supervisors kill. */
    private static final long SECONDS_TO_FINISH = 7;

    private Main() {}

    /** Runs a command and exits with its status. A signal lets {@code join} finish what it has begun. */
    public static void main(String[] args) {
        StopSignal stop = new StopSignal();
        CompletableFuture<Integer> status = new CompletableFuture<>();
        Thread hook = new Thread(() -> stopAndWait(stop, status), "stop");
        Runtime.getRuntime().addShutdownHook(hook);
        Environment environment = Environment.of(
                System.in,
                // Not System.out and its like, which keep it to themselves when nobody reads any more.
                output(),
                new FileOutputStream(FileDescriptor.err),
                Terminal.showsProgress(),
                stop,
                InstantSource.system(),
                System.getenv());
        LoggedErrors.goTo(environment.messages());
        status.complete(run(environment, args));
        try {
            Runtime.getRuntime().removeShutdownHook(hook);
        } catch (IllegalStateException e) {
            // The hook runs, and the process ends with the status that it has got, or with that of the signal.
        }
        System.exit(status.join());
    }

    private static OutputStream output() {
        OutputStream out = new FileOutputStream(FileDescriptor.out);
        return Terminal.showsOutput() ? new TerminalOutput(out) : out;
    }

    private static void stopAndWait(StopSignal stop, CompletableFuture<Integer> status) {
        if (stop.request()) {
            try {
                int ended = status.get(SECONDS_TO_FINISH, TimeUnit.SECONDS);
                if (ended != ExitStatus.STOPPED) {
                    Runtime.getRuntime().halt(ended);
                }
                // Otherwise the JVM ends with the status of the signal, which it alone knows.
            } catch (Exception e) {
                // It hangs, in its output say. The process ends as it does without this hook.
                stop.insist();
            }
        }
    }

    /** Runs a command; its exit status. */
    static int run(Environment environment, String... args) {
        CommandLine commandLine = new CommandLine(new JoinerCommand())
                .addSubcommand(new JoinCommand(environment))
                .addSubcommand(new PendingCommand(environment))
                .addSubcommand(new ReleaseCommand(environment))
                .addSubcommand(new DropCommand(environment))
                .addSubcommand(new ReexamineCommand(environment))
                .addSubcommand(new ConsoleCommand(environment))
                .addSubcommand(new ReportCommand(environment))
                .addSubcommand(new ExportCommand(environment))
                .addSubcommand(new ImportCommand(environment))
                .addSubcommand(new DemoCommand(environment))
                .addSubcommand(new GenerateCommand(environment));
        commandLine.setOut(new PrintWriter(new OutputStreamWriter(environment.out(), StandardCharsets.UTF_8), true));
        commandLine.setErr(new PrintWriter(new OutputStreamWriter(environment.err(), StandardCharsets.UTF_8), true));
        commandLine.setExpandAtFiles(false); // @ may begin the name of a file or of a field
        commandLine.setUsageHelpWidth(100);
        commandLine.setParameterExceptionHandler(
                (problem, given) -> wrongUsage(problem.getCommandLine(), first(problem), environment));
        commandLine.setExecutionExceptionHandler((problem, command, parsed) -> problem instanceof UsageException
                ? wrongUsage(command, problem, environment)
                : Failures.tell(problem, environment));
        try {
            return commandLine.execute(args);
        } catch (Throwable e) { // out of memory, say; the hook waits for a status all the same
            return Failures.tell(e, environment);
        }
    }

    /** What is misspelt is named before what is missing: it may be the same. */
    private static Exception first(ParameterException problem) {
        CommandLine command = problem.getCommandLine();
        List<String> unknown = command.getUnmatchedArguments();
        return problem instanceof MissingParameterException && !unknown.isEmpty()
                ? new UnmatchedArgumentException(command, unknown)
                : problem;
    }

    private static int wrongUsage(CommandLine command, Exception problem, Environment environment) {
        String message = problem instanceof UnmatchedArgumentException unmatched
                ? unknown(command, unmatched)
                : String.valueOf(problem.getMessage());
        environment.messages().say(message);
        if (command.getParent() == null && !(problem instanceof UnmatchedArgumentException)) {
            command.usage(environment.err());
            return ExitStatus.USAGE;
        }
        environment.messages().say("see " + command.getCommandSpec().qualifiedName() + " --help");
        return ExitStatus.USAGE;
    }

    /** What cannot be made sense of, and what was meant, if it resembles something. */
    private static String unknown(CommandLine command, UnmatchedArgumentException problem) {
        String written = problem.getUnmatched().get(0);
        CommandSpec spec = command.getCommandSpec();
        if (written.startsWith("-")) {
            String option = written.substring(0, (written + "=").indexOf('='));
            return problem.getMessage()
                    + Spelling.didYouMean(option, spec.optionsMap().keySet());
        }
        return spec.subcommands().isEmpty()
                ? String.valueOf(problem.getMessage())
                : "unknown command: " + written
                        + Spelling.didYouMean(written, spec.subcommands().keySet());
    }
}
