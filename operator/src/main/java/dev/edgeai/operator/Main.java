package dev.edgeai.operator;

import dev.edgeai.operator.config.ConfigException;
import dev.edgeai.operator.config.ConfigLoader;
import dev.edgeai.operator.config.OperatorEnvironment;
import dev.edgeai.operator.services.ApiClients;
import dev.edgeai.operator.services.Services;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

import java.io.IOException;
import java.time.Clock;

/** The operator's program. Exit codes: 1 failed (a restart may help), 2 configured wrongly (it will not). */
public final class Main {
    private static final Logger LOG = LoggerFactory.getLogger(Main.class);
    private static final int FAILED = 1;
    private static final int WRONG_CONFIGURATION = 2;

    private Main() {}

    /** Takes no arguments: see {@link OperatorEnvironment} for its environment. */
    public static void main(String[] args) {
        try {
            run();
        } catch (ConfigException e) {
            LOG.error("{}", e.getMessage());
            System.exit(WRONG_CONFIGURATION);
        } catch (IOException | RuntimeException e) {
            LOG.error("cannot start", e);
            System.exit(FAILED);
        }
    }

    private static void run() throws IOException {
        OperatorEnvironment settings = OperatorEnvironment.from(System.getenv());
        Services services =
                Services.of(ApiClients.open(), settings, ConfigLoader.load(settings.configFile()), Clock.systemUTC());
        EdgeAiOperator operator =
                EdgeAiOperator.start(services, () -> Runtime.getRuntime().halt(FAILED));
        Runtime.getRuntime().addShutdownHook(Thread.ofPlatform().name("stop").unstarted(operator::close));
    }
}
