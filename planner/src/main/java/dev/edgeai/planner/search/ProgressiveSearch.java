package dev.edgeai.planner.search;

import dev.edgeai.api.v1alpha1.measurement.TrialPhase;
import dev.edgeai.api.v1alpha1.measurement.TrialStatus;
import dev.edgeai.api.v1alpha1.search.Depth;
import dev.edgeai.api.v1alpha1.search.Framework;
import dev.edgeai.api.v1alpha1.search.Stage;
import dev.edgeai.planner.front.FrontVolume;
import dev.edgeai.planner.front.ParetoFront;
import dev.edgeai.planner.front.ParetoFront.Point;
import dev.edgeai.planner.search.SearchStep.LeaveOut;
import dev.edgeai.planner.search.SearchStep.MeasureInFull;
import dev.edgeai.planner.search.SearchStep.Try;
import dev.edgeai.planner.technique.Accelerations;
import dev.edgeai.planner.technique.Candidate;
import dev.edgeai.planner.technique.Techniques;

import java.util.ArrayList;
import java.util.Comparator;
import java.util.EnumSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.function.Predicate;
import java.util.stream.Stream;

/**
 * Stage by stage, each trial screened first: conversion; quantization with default parameters, and what mends those that
 * lose too much quality; other parameters of the best of each of these; other engine options of the best of all. Of what
 * then is neither clearly beaten nor clearly missing a gate, those that gain something beside the others are measured in
 * full; should none of them pass, the next are. Of few candidates all are measured in full at once, as two Jobs for each
 * would cost more, and then what mends one that lost too much.
 */
final class ProgressiveSearch implements SearchStrategy {
    /** Up to this many candidates screening costs more than it saves. */
    static final int FEW = 4;

    /** Full measurements at least, where so many may pass. */
    private static final int LEAST_IN_FULL = 2;

    /** Conversions and quantizations whose parameters are varied, and variants whose engine options are. */
    private static final int BEST = 3;

    @Override
    public List<SearchStep> next(SearchState known) {
        List<Candidate> defaults =
                known.plan().trials().stream().limit(SearchState.MOST_TRIALS).toList();
        if (Math.min(known.maxTrials(), defaults.size()) <= FEW) {
            List<Candidate> others = known.untried(defaults.stream()
                    .filter(c -> !Techniques.MENDS.containsKey(c.name()))
                    .toList());
            return (others.isEmpty() ? mending(known, defaults) : others)
                    .stream()
                            .limit(known.left())
                            .<SearchStep>map(c -> new Try(c, Depth.FULL))
                            .toList();
        }
        if (known.trials().stream().anyMatch(ProgressiveSearch::passed)) {
            return reconsidered(known);
        }
        boolean validated = known.trials().stream().anyMatch(ProgressiveSearch::validated);
        List<Candidate> next = known.hurried()
                ? validated ? List.of() : mostPromising(known, defaults)
                : validated ? mending(known, defaults) : nextStage(known, defaults);
        if (next.isEmpty()) {
            return validated ? secondBest(known) : validate(known);
        }
        return next.stream().<SearchStep>map(c -> new Try(c, depth(c))).toList();
    }

    /** MLX is evaluated where it is made; there is no second look at its variant. */
    private static Depth depth(Candidate c) {
        return c.framework() == Framework.MLX ? Depth.FULL : Depth.SCREENING;
    }

    private static boolean validated(TrialStatus t) {
        return t.framework() != Framework.MLX && t.depth() == Depth.FULL;
    }

    private static boolean passed(TrialStatus t) {
        return t.phase() == TrialPhase.ACCEPTED && validated(t);
    }

    /** What an earlier run left out after screening may, under other gates, gain something now. It is asked once. */
    private static List<SearchStep> reconsidered(SearchState known) {
        if (known.trials().stream().anyMatch(t -> validated(t) && t.inheritedFrom() == null)) {
            return List.of();
        }
        List<TrialStatus> passed =
                known.trials().stream().filter(ProgressiveSearch::passed).toList();
        List<TrialStatus> survivors = known.screened().stream()
                .filter(t -> hopeless(t, known).isEmpty()
                        && Screening.clearlyBeaten(t, passed).isEmpty())
                .toList();
        return FrontVolume.worthwhile(passed, survivors, known.gates(), 0).stream()
                .limit(known.left())
                .<SearchStep>map(t -> new MeasureInFull(t.name()))
                .toList();
    }

    private static List<Candidate> nextStage(SearchState known, List<Candidate> defaults) {
        return Stream.of(
                        stage(known, defaults, Stage.CONVERSION),
                        stage(known, defaults, Stage.QUANTIZATION),
                        mending(known, defaults),
                        variations(known),
                        accelerations(known))
                .filter(some -> !some.isEmpty())
                .findFirst()
                .orElse(List.of());
    }

    private static List<Candidate> stage(SearchState known, List<Candidate> defaults, Stage stage) {
        return known.untried(defaults.stream()
                .filter(c -> c.stage() == stage && !Techniques.MENDS.containsKey(c.name()))
                .toList());
    }

    /** Quantization gains most: however little time is left, one of each framework is tried. */
    private static List<Candidate> mostPromising(SearchState known, List<Candidate> defaults) {
        if (known.trials().stream().anyMatch(t -> t.stage() == Stage.QUANTIZATION)) {
            return List.of();
        }
        Set<Framework> met = EnumSet.noneOf(Framework.class);
        return stage(known, defaults, Stage.QUANTIZATION).stream()
                .filter(c -> met.add(c.framework()))
                .toList();
    }

    /** Takes long, and is of no use to what keeps its quality by itself. */
    private static List<Candidate> mending(SearchState known, List<Candidate> defaults) {
        return known.untried(defaults.stream()
                .filter(c -> known.measured().stream()
                        .anyMatch(t -> t.name().equals(Techniques.MENDS.get(c.name()))
                                && Screening.losesOnlyQuality(t, known.gates())))
                .toList());
    }

    /** One parameter changed at a time, and only once: not of what turned out better by that. */
    private static List<Candidate> variations(SearchState known) {
        if (known.trials().stream().anyMatch(t -> isVariation(t, known.plan()))) {
            return List.of();
        }
        return known.untried(Stream.of(Stage.CONVERSION, Stage.QUANTIZATION)
                .flatMap(stage -> ofTheBest(
                        known,
                        t -> t.stage() == stage
                                && Screening.clearlyMisses(t, known.gates()).isEmpty(),
                        t -> known.plan().variations().stream()
                                .filter(c -> changesOne(c, t))
                                .toList()))
                .toList());
    }

    private static boolean isVariation(TrialStatus t, SearchPlan plan) {
        return plan.variations().stream().anyMatch(c -> c.name().equals(t.name()));
    }

    private static boolean changesOne(Candidate c, TrialStatus t) {
        return c.framework() == t.framework()
                && c.technique().equals(t.technique())
                && c.parameters().size() == t.parameters().size() + 1;
    }

    private static List<Candidate> accelerations(SearchState known) {
        return known.trials().stream().anyMatch(t -> t.base() != null)
                ? List.of()
                : known.untried(ofTheBest(
                                known,
                                t -> Screening.clearlyMissesWithAnyOption(t, known.gates())
                                        .isEmpty(),
                                t -> Accelerations.of(List.of(t), known.situation()))
                        .toList());
    }

    /**
     * What there is to try with those that gain most. Only what leaves something to try competes: a variant that another
     * framework's beats may beat that one when it is run otherwise.
     */
    private static Stream<Candidate> ofTheBest(
            SearchState known, Predicate<TrialStatus> mayPass, Function<TrialStatus, List<Candidate>> others) {
        List<TrialStatus> all = known.screened().stream()
                .filter(t -> mayPass.test(t) && !others.apply(t).isEmpty())
                .toList();
        return all.stream()
                .filter(t -> Screening.clearlyBeaten(t, all).isEmpty())
                .sorted(Comparator.comparingDouble((TrialStatus t) -> -FrontVolume.of(t, known.gates())))
                .limit(BEST)
                .flatMap(t -> others.apply(t).stream());
    }

    private static List<SearchStep> validate(SearchState known) {
        List<SearchStep> steps = new ArrayList<>();
        List<TrialStatus> survivors = new ArrayList<>();
        for (TrialStatus t : known.screened()) {
            Optional<String> hopeless = hopeless(t, known);
            hopeless.ifPresentOrElse(
                    why -> steps.add(new LeaveOut(t.name(), "left out after screening, " + why)),
                    () -> survivors.add(t));
        }
        if (survivors.isEmpty()) {
            return nearest(known, steps);
        }
        List<TrialStatus> worthwhile = FrontVolume.worthwhile(survivors, known.gates(), LEAST_IN_FULL);
        for (int i = 0; i < worthwhile.size(); i++) {
            String name = worthwhile.get(i).name();
            steps.add(
                    i < known.left()
                            ? new MeasureInFull(name)
                            : new LeaveOut(
                                    name,
                                    "left out after screening, search.maxTrials (%d) full measurements went to others"
                                            .formatted(known.maxTrials())));
        }
        survivors.stream()
                .filter(t -> !worthwhile.contains(t))
                .forEach(t -> steps.add(new LeaveOut(
                        t.name(), "left out after screening, it gains next to nothing beside those measured in full")));
        return steps;
    }

    /** Why a full measurement of it is of no use, whatever else is measured. */
    private static Optional<String> hopeless(TrialStatus t, SearchState known) {
        return Screening.clearlyMisses(t, known.gates())
                .map(missed -> "it clearly misses " + missed)
                .or(() -> Screening.clearlyBeaten(t, known.screened())
                        .map(better -> better.name() + " clearly beats it"));
    }

    /** What was held to be worse than what failed. */
    private static List<SearchStep> secondBest(SearchState known) {
        List<TrialStatus> others = known.screened().stream()
                .filter(t -> Screening.clearlyMisses(t, known.gates()).isEmpty())
                .toList();
        return FrontVolume.worthwhile(others, known.gates(), LEAST_IN_FULL).stream()
                .limit(known.left())
                .<SearchStep>map(t -> new MeasureInFull(t.name()))
                .toList();
    }

    /** When none can pass, people should see by how much the best misses: that one is measured in full. */
    private static List<SearchStep> nearest(SearchState known, List<SearchStep> leftOut) {
        Optional<String> best =
                frontFirst(known.screened()).stream().map(TrialStatus::name).findFirst();
        return leftOut.stream()
                .map(step -> step instanceof LeaveOut out && best.equals(Optional.of(out.trial()))
                        ? new MeasureInFull(out.trial())
                        : step)
                .toList();
    }

    private static List<TrialStatus> frontFirst(List<TrialStatus> trials) {
        List<String> front = ParetoFront.of(trials.stream().map(Point::of).toList()).stream()
                .map(Point::trial)
                .toList();
        return Stream.concat(
                        front.stream()
                                .flatMap(name ->
                                        trials.stream().filter(t -> t.name().equals(name))),
                        trials.stream().filter(t -> !front.contains(t.name())))
                .toList();
    }
}
