package dev.edgeai.planner.analysis;

import dev.edgeai.planner.analysis.OddsTest.Side;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.InputStreamReader;
import java.nio.charset.StandardCharsets;
import java.util.StringJoiner;

/**
 * Evidence after each event, for planner/bench/sequential-oracle: a line {@code share 0110...} on standard input, the
 * logarithms on one line of standard output.
 */
final class OddsTestTrace {
    public static void main(String[] args) throws IOException {
        BufferedReader lines = new BufferedReader(new InputStreamReader(System.in, StandardCharsets.US_ASCII));
        for (String line = lines.readLine(); line != null; line = lines.readLine()) {
            String[] parts = line.split(" ");
            double share = Double.parseDouble(parts[0]);
            OddsTest test = OddsTest.of(Side.ABOVE, false);
            StringJoiner logs = new StringJoiner(" ");
            for (char event : parts[1].toCharArray()) {
                test = test.after(event - '0', 1, share, 1);
                logs.add(Double.toString(test.log()));
            }
            System.out.println(logs);
        }
    }

    private OddsTestTrace() {}
}
