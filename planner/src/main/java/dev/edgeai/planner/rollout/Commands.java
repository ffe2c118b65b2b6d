package dev.edgeai.planner.rollout;

import java.util.Optional;

/**
 * What people ask for by annotation.
 *
 * @param promote revision that may be promoted ({@code edgeai.dev/promote})
 * @param abort revision to give up ({@code edgeai.dev/abort})
 * @param skip revision whose hold or bake is to end ({@code edgeai.dev/skip})
 * @param rollbackTo digest of the artifact to go back to, as long as it stands ({@code edgeai.dev/rollback-to})
 * @param retry any new value tries again ({@code edgeai.dev/retry})
 */
public record Commands(
        Optional<String> promote,
        Optional<String> abort,
        Optional<String> skip,
        Optional<String> retry,
        Optional<String> rollbackTo) {
    public static final Commands NONE =
            new Commands(Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty(), Optional.empty());

    /**
     * Whether a value is meant for a revision: the revision itself, or with a suffix after a slash, so that the same
     * thing can be asked for a second time.
     */
    static boolean names(String value, String revision) {
        return value.equals(revision) || value.startsWith(revision + "/");
    }
}
