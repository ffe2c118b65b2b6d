package dev.edgeai.runtime.cli.output;

import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.Environment;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/**
 * The option {@code -o json|text} and where a verb's result goes. A verb has it as
 * {@code @Mixin private final Output output} and calls {@link #result} once.
 */
public final class Output {
    /** Name of the mixin, by which the program finds it. */
    public static final String MIXIN = "output";

    private final Environment environment;

    @Spec(Spec.Target.MIXEE)
    private CommandSpec verb;

    @Option(
            names = {"-o", "--output"},
            paramLabel = "json|text",
            description = "Form of the result (default: ${DEFAULT-VALUE}).")
    private Format format = Format.text;

    public Output(Environment environment) {
        this.environment = environment;
    }

    /** How a result is printed; lower case as it is typed. */
    public enum Format {
        text,
        json
    }

    public boolean isJson() {
        return format == Format.json;
    }

    /**
     * Prints a result to standard output and leaves it as the container's termination message.
     *
     * @param value printed as JSON with {@code -o json}, and always the termination message
     * @param text printed otherwise
     */
    public void result(Object value, String text) {
        environment.terminationMessage().write(value);
        print(value, text);
    }

    /** Prints a result without leaving a termination message. */
    public void print(Object value, String text) {
        var out = verb.commandLine().getOut();
        out.println(isJson() ? Json.write(value) : text);
        out.flush();
    }
}
