package dev.edgeai.runtime.benchmark;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

/** The counter files as the kernel's documentation gives them; no machine with readable ones was at hand. */
class EnergyMeterTest {
    @TempDir
    Path folder;

    @Test
    void sumsPackagesAndSkipsTheirSubzones() throws Exception {
        counter("intel-rapl:0", 1_000_000, 10_000_000);
        counter("intel-rapl:1", 2_000_000, 10_000_000);
        counter("intel-rapl:0:0", 7_000_000, 10_000_000);
        EnergyMeter meter = meter();
        long[] before = meter.read();
        counter("intel-rapl:0", 1_500_000, 10_000_000);
        counter("intel-rapl:1", 2_250_000, 10_000_000);
        assertThat(meter.joules(before, meter.read())).isEqualTo(0.75);
    }

    @Test
    void aCounterThatStartedAgainIsCountedOn() throws Exception {
        counter("intel-rapl:0", 9_900_000, 10_000_000);
        EnergyMeter meter = meter();
        long[] before = meter.read();
        counter("intel-rapl:0", 100_000, 10_000_000);
        assertThat(meter.joules(before, meter.read())).isEqualTo(0.2);
    }

    @Test
    void withoutPackagesHardwareMonitorsCountButNotTheCoresOfSockets() throws Exception {
        monitor("hwmon0", 1, "Ecore000", 4_000_000);
        monitor("hwmon0", 2, "Esocket0", 5_000_000);
        monitor("hwmon1", 1, null, 1_000_000);
        EnergyMeter meter = meter();
        long[] before = meter.read();
        monitor("hwmon0", 1, "Ecore000", 4_900_000);
        monitor("hwmon0", 2, "Esocket0", 6_000_000);
        monitor("hwmon1", 1, null, 1_500_000);
        assertThat(meter.joules(before, meter.read())).isEqualTo(1.5);
        counter("intel-rapl:0", 1_000_000, 10_000_000);
        assertThat(meter().read()).containsExactly(1_000_000);
    }

    @Test
    void aMonitorThatStartedAgainGivesNoEnergy() throws Exception {
        monitor("hwmon0", 1, null, 5_000_000);
        EnergyMeter meter = meter();
        assertThatThrownBy(() -> meter.joules(meter.read(), new long[] {1}))
                .isInstanceOf(IOException.class)
                .hasMessageContaining("started again");
    }

    private EnergyMeter meter() {
        return EnergyMeter.of(folder.resolve("powercap"), folder.resolve("hwmon"));
    }

    private void monitor(String device, int number, @Nullable String label, long microjoules) throws Exception {
        Path monitor = Files.createDirectories(folder.resolve("hwmon").resolve(device));
        Files.writeString(monitor.resolve("energy" + number + "_input"), microjoules + "\n");
        if (label != null) {
            Files.writeString(monitor.resolve("energy" + number + "_label"), label + "\n");
        }
    }

    private void counter(String zone, long microjoules, long range) throws Exception {
        Path counter = Files.createDirectories(folder.resolve("powercap").resolve(zone));
        Files.writeString(counter.resolve("energy_uj"), microjoules + "\n");
        Files.writeString(counter.resolve("max_energy_range_uj"), range + "\n");
    }
}
