package dev.edgeai.runtime.artifact.transfer;

import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;

/** Says every few seconds how far a long transfer is. One for each attempt. */
public final class TransferLog implements StallGuard.Progress {
    private static final Logger LOG = LoggerFactory.getLogger(TransferLog.class);
    private static final Duration INTERVAL = Duration.ofSeconds(5);

    private final String what;
    private final long size;
    private final InstantSource clock;
    private Instant next;
    private long done;

    public TransferLog(String what, long size, InstantSource clock) {
        this.what = what;
        this.size = size;
        this.clock = clock;
        next = clock.instant().plus(INTERVAL);
    }

    @Override
    public void moved(long bytes) {
        done += bytes;
        Instant now = clock.instant();
        if (now.isAfter(next)) {
            next = now.plus(INTERVAL);
            LOG.info("{}: {} of {} MiB", what, done >> 20, size < 0 ? "unknown" : Long.toString(size >> 20));
        }
    }
}
