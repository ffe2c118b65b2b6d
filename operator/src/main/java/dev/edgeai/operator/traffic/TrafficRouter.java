package dev.edgeai.operator.traffic;

import dev.edgeai.operator.delivery.ServedTarget;
import dev.edgeai.operator.delivery.TargetRef;
import dev.edgeai.planner.traffic.Selection;
import dev.edgeai.planner.traffic.TrafficMode;

import java.util.Optional;

/** Makes the weights of a rollout true, and tells what is true. */
public interface TrafficRouter {
    /**
     * Sends the users' traffic where the mode says, in one write, or in none when it is asked for already. When this
     * returns, the API server has taken it; the endpoints follow.
     *
     * @param intent written in the same write ({@link dev.edgeai.operator.delivery.ServingServices#INTENT})
     */
    void apply(ServedTarget target, TrafficView seen, TrafficMode mode, Optional<String> intent);

    /** Which pods the users' requests are meant for, whether or not one of them answers. */
    Selection selection(TargetRef target, TrafficView seen);

    /**
     * Where the users' requests go now.
     *
     * @param seen the stable Service, its endpoints and the pods behind them
     * @param stable revision that serves, if there is one
     * @param candidate revision that is on its way, if there is one
     * @return absent when requests go nowhere
     */
    Optional<TrafficMode> observe(TrafficView seen, Optional<String> stable, Optional<String> candidate);
}
