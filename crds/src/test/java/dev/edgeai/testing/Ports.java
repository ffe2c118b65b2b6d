package dev.edgeai.testing;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.channels.FileChannel;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.HashSet;
import java.util.Set;
import java.util.random.RandomGenerator;

/**
 * Ports for programs that tests start and that must be told theirs. A port of the kernel's choice (0) that is closed
 * again for the program to take is free for everybody until then: another test's server and each outgoing connection
 * draws from the same range. These lie below that range, and no other JVM of this user is given the same.
 */
public final class Ports {
    private static final int FIRST = 20_000;
    private static final int COUNT = 10_000; // ends before Kubernetes' node ports and Linux' ephemeral ports
    private static final Path LOCKS = Path.of(System.getProperty("java.io.tmpdir"), "edgeai-test-ports");

    private static final Set<Integer> GIVEN = new HashSet<>();
    private static final FileChannel CHANNEL = open(); // stays open: its locks go with the JVM

    private Ports() {}

    /** A port of 127.0.0.1 on which nothing listens and that is given to nobody else while this JVM lives. */
    public static synchronized int take() {
        int start = RandomGenerator.getDefault().nextInt(COUNT);
        for (int i = 0; i < COUNT; i++) {
            int port = FIRST + (start + i) % COUNT;
            if (!GIVEN.contains(port) && isLocked(port) && isFree(port)) {
                GIVEN.add(port);
                return port;
            }
        }
        throw new IllegalStateException("no free port from " + FIRST + " to " + (FIRST + COUNT - 1));
    }

    private static boolean isLocked(int port) {
        try {
            return CHANNEL.tryLock(port, 1, false) != null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
            return socket.isBound();
        } catch (IOException _) {
            GIVEN.add(port); // locked by us, used by a stranger
            return false;
        }
    }

    private static FileChannel open() {
        try {
            return FileChannel.open(LOCKS, StandardOpenOption.CREATE, StandardOpenOption.WRITE);
        } catch (IOException e) {
            throw new UncheckedIOException("cannot open " + LOCKS, e);
        }
    }
}
