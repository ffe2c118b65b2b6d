package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.planner.technique.Candidate;

/** One thing that a search wants next. */
public sealed interface SearchStep {
    /** Make and measure a variant that was not tried. */
    record Try(Candidate candidate, Depth depth) implements SearchStep {}

    /** Measure in full a trial that was screened. */
    record MeasureInFull(String trial) implements SearchStep {}

    /** Leave a screened trial at that, and say why. */
    record LeaveOut(String trial, String why) implements SearchStep {}
}
