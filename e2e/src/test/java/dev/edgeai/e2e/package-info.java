/** User journeys against a real cluster. {@code ./test} prepares what they need and names it in the environment. */
package dev.edgeai.e2e;
