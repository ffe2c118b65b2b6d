package dev.edgeai.runtime.server.process;

/** The threads that carry virtual threads. */
public final class Carriers {
    private static final String PARALLELISM = "jdk.virtualThreadScheduler.parallelism";

    private Carriers() {}

    /**
     * Makes room for that many inferences, each of which holds its carrier while it is in native code, beside one
     * carrier a processor for everything else. Works only before the process has made its first virtual thread; a
     * setting of the command line stands.
     */
    public static void reserve(int inferences) {
        if (System.getProperty(PARALLELISM) == null) {
            int carriers = Runtime.getRuntime().availableProcessors() + inferences;
            System.setProperty(PARALLELISM, Integer.toString(carriers));
        }
    }
}
