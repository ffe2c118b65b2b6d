package dev.edgeai.runtime.benchmark;

import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

import java.nio.file.Files;
import java.nio.file.Path;

import static org.assertj.core.api.Assertions.assertThat;

/** The counter files as the kernel's powercap documentation gives them; no machine with readable ones was at hand. */
class EnergyMeterTest {
    @TempDir
    Path powercap;

    @Test
    void sumsPackagesAndSkipsTheirSubzones() throws Exception {
        counter("intel-rapl:0", 1_000_000, 10_000_000);
        counter("intel-rapl:1", 2_000_000, 10_000_000);
        counter("intel-rapl:0:0", 7_000_000, 10_000_000);
        EnergyMeter meter = EnergyMeter.of(powercap);
        long[] before = meter.read();
        counter("intel-rapl:0", 1_500_000, 10_000_000);
        counter("intel-rapl:1", 2_250_000, 10_000_000);
        assertThat(meter.joules(before, meter.read())).isEqualTo(0.75);
    }

    @Test
    void aCounterThatStartedAgainIsCountedOn() throws Exception {
        counter("intel-rapl:0", 9_900_000, 10_000_000);
        EnergyMeter meter = EnergyMeter.of(powercap);
        long[] before = meter.read();
        counter("intel-rapl:0", 100_000, 10_000_000);
        assertThat(meter.joules(before, meter.read())).isEqualTo(0.2);
    }

    private void counter(String zone, long microjoules, long range) throws Exception {
        Path folder = Files.createDirectories(powercap.resolve(zone));
        Files.writeString(folder.resolve("energy_uj"), microjoules + "\n");
        Files.writeString(folder.resolve("max_energy_range_uj"), range + "\n");
    }
}
