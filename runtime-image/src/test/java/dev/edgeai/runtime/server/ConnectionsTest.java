package dev.edgeai.runtime.server;

import dev.edgeai.runtime.engine.LoadedModel;
import dev.edgeai.runtime.engine.Tensor;
import dev.edgeai.runtime.testing.OnnxModels;
import dev.edgeai.runtime.testing.WrappedModel;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.atomic.AtomicInteger;

import static org.assertj.core.api.Assertions.assertThat;

/** More connections than a server keeps. */
@Timeout(180)
class ConnectionsTest {
    private static final int MOST = 100;
    private static final int MANY = 3_000;
    private static final String INFER = "/v2/models/m/infer";
    private static final String ONE =
            "{\"inputs\":[{\"name\":\"x\",\"shape\":[1,2],\"datatype\":\"FP32\",\"data\":[1,1]}]}";
    private static final String REQUEST =
            "POST " + INFER + " HTTP/1.1\r\nHost: m\r\nContent-Length: " + ONE.length() + "\r\n\r\n" + ONE;

    @TempDir
    Path folder;

    private final List<RawCaller> callers = new ArrayList<>();

    @AfterEach
    void close() throws IOException {
        for (RawCaller caller : callers) {
            caller.close();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "", // not a word
                "POST " + INFER, // half a line
                "POST " + INFER + " HTTP/1.1\r\nHost: m\r\nX-Slow: ", // half a head
                "POST /nowhere HTTP/1.1\r\nHost: m\r\nContent-Length: 1000\r\n\r\n{" // a body after its answer
            })
    void ofThousandsThatAreIdleTheOldestAreClosedAndAnOrdinaryClientIsServed(String sent) throws Exception {
        try (TestServer server = TestServer.start(model(), Optional.empty(), options(2))) {
            for (int i = 0; i < MANY; i++) {
                connect(server).send(sent);
                if (i % 100 == 0) {
                    assertThat(server.infer(ONE).statusCode()).isEqualTo(200);
                }
            }
            TestServer.until(() -> callers.stream().filter(RawCaller::isOpen).count() <= MOST);
            assertThat(callers.subList(MANY - MOST / 2, MANY)).as("the newest").allMatch(RawCaller::isOpen);
        }
    }

    @Test
    void whoseConnectionWasKeptAliveAndIsOldestIsClosedFirst() throws Exception {
        try (TestServer server = TestServer.start(model(), Optional.empty(), options(2))) {
            for (int i = 0; i < MOST; i++) {
                connect(server);
            }
            for (RawCaller caller : callers.reversed()) { // the last to come was the first to ask
                caller.send(REQUEST).answerUpTo("\"data\":[11.0,22.0]}]}");
            }
            RawCaller more = connect(server);
            more.send(REQUEST).answerUpTo("200");

            TestServer.until(() -> !callers.get(MOST - 1).isOpen());
            assertThat(callers.subList(0, MOST - 1)).allMatch(RawCaller::isOpen);
        }
    }

    @Test
    void aConnectionWithARequestIsNeverClosedForAnother() throws Exception {
        Held held = new Held(model());
        try (TestServer server = TestServer.start(held, Optional.empty(), options(2))) {
            List<RawCaller> waiting = new ArrayList<>();
            for (int i = 0; i < 8; i++) {
                waiting.add(connect(server).send(REQUEST));
            }
            TestServer.until(() -> held.running.get() == 2 && server.inFlight() == 8);
            for (int i = 0; i < MANY; i++) {
                connect(server);
            }

            held.release.countDown();

            for (RawCaller caller : waiting) {
                assertThat(caller.answerUpTo("\r\n")).startsWith("HTTP/1.1 200");
            }
        }
    }

    @Test
    void whereEachHasARequestANewOneIsRefused() throws Exception {
        Held held = new Held(model());
        try (TestServer server = TestServer.start(held, Optional.empty(), options(MOST))) {
            List<RawCaller> waiting = new ArrayList<>();
            for (int i = 1; i <= MOST; i++) {
                waiting.add(connect(server).send(REQUEST));
                int running = i;
                TestServer.until(() -> held.running.get() == running);
            }
            TestServer.until(() -> !connect(server).isOpen());

            held.release.countDown();

            for (RawCaller caller : waiting) {
                assertThat(caller.answerUpTo("\r\n")).startsWith("HTTP/1.1 200");
            }
            assertThat(server.infer(ONE).statusCode()).isEqualTo(200);
        }
    }

    private RawCaller connect(TestServer server) throws IOException {
        RawCaller caller = new RawCaller(server.port());
        callers.add(caller);
        return caller;
    }

    private static ServerOptions options(int concurrency) {
        return new ServerOptions(0, concurrency, 8, 1 << 20, 8 << 20, MOST, ServerOptions.Deadlines.DEFAULT);
    }

    private LoadedModel model() throws IOException {
        return TestServer.load(OnnxModels.write(folder, OnnxModels.linear(new float[][] {{1, 2}, {10, 20}})));
    }

    /** A model whose inferences wait until they are released. */
    private static final class Held extends WrappedModel {
        final CountDownLatch release = new CountDownLatch(1);
        final AtomicInteger running = new AtomicInteger();

        Held(LoadedModel model) {
            super(model);
        }

        @Override
        public Map<String, Tensor> infer(Map<String, Tensor> inputs) {
            running.incrementAndGet();
            try {
                release.await();
            } catch (InterruptedException e) {
                throw new IllegalStateException(e);
            }
            return super.infer(inputs);
        }
    }
}
