package dev.edgeai.runtime.pod;

/** The command line or an environment variable is wrong: exit code {@value ExitCode#WRONG_USAGE}. */
public final class UsageException extends RuntimeException {
    public UsageException(String message) {
        super(message);
    }
}
