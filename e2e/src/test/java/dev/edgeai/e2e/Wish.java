package dev.edgeai.e2e;

import java.util.function.UnaryOperator;

/** What a person writes into {@code edgemodel.yaml}: each method gives a changed copy of the wish. */
record Wish(UnaryOperator<String> edit) implements UnaryOperator<String> {
    /** One pod, half of the traffic for eight seconds, eight seconds of bake. */
    static Wish plain() {
        return new Wish(UnaryOperator.identity())
                .replacing("replicas: 2", "replicas: 1")
                .replacing("ramp: [{weight: 10, hold: 6s}, {weight: 50, hold: 6s}]", "ramp: [{weight: 50, hold: 8s}]")
                .replacing("bake: 6s", "bake: 8s")
                .replacing("warmup: {requests: 100}", "warmup: {requests: 50}");
    }

    Wish replicas(int replicas) {
        return replacing("replicas: 1", "replicas: " + replicas);
    }

    /** Other resources make another revision of the same digest: a rollout without a search. */
    Wish revision(int number) {
        return replacing("cpu: 50m", "cpu: " + (50 + number) + "m");
    }

    Wish hold(String time) {
        return replacing("hold: 8s", "hold: " + time);
    }

    Wish bake(String time) {
        return replacing("bake: 8s", "bake: " + time);
    }

    /** Name of the target, which the template calls {@code cpu}. */
    Wish target(String name) {
        return replacing("- name: cpu", "- name: " + name);
    }

    Wish replacing(String old, String fresh) {
        return new Wish(yaml -> {
            String before = edit.apply(yaml);
            String after = before.replace(old, fresh);
            if (after.equals(before) && !old.equals(fresh)) {
                throw new IllegalStateException("edgemodel.yaml has no '" + old + "' (any more)");
            }
            return after;
        });
    }

    @Override
    public String apply(String yaml) {
        return edit.apply(yaml);
    }
}
