package dev.edgeai.runtime.benchmark;

/** A loaded model and the requests that it is timed with. The model is closed with it. */
public interface Workload extends AutoCloseable {
    /** The request of a number, from 0; there is no last one. Whatever can be made ready for it is. */
    Request request(int number);

    @Override
    void close();

    /** One piece of a model's work. */
    interface Request {
        /** Does it; what this takes is the latency. */
        void run();

        /** Equal for requests that are as much work for any model. */
        Object size();
    }
}
