package dev.edgeai.api.v1alpha1;

import dev.edgeai.testing.ApiServer;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

import static org.assertj.core.api.Assertions.assertThat;

@ExtendWith(ApiServer.Extension.class)
class CrdIT {
    private static ApiServer server;

    @BeforeAll
    static void start(ApiServer apiServer) {
        server = apiServer;
    }

    @Test
    void kubectlKnowsBothKinds() throws Exception {
        assertThat(server.kubectl("api-resources", "--categories", "edgeai"))
                .contains("edgemodels")
                .contains("em");
    }
}
