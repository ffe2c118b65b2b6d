package dev.edgeai.runtime.pod;

/** Exit codes that scripts can tell apart. */
public final class ExitCode {
    public static final int DONE = 0;

    /** It could not be done; a {@link dev.edgeai.api.trial.Failure} says why. */
    public static final int FAILED = 1;

    /** The command line or an environment variable is wrong. */
    public static final int WRONG_USAGE = 2;

    /** Everything was done and a gate, or a check of a certificate, said no. */
    public static final int REFUSED = 3;

    private ExitCode() {}
}
