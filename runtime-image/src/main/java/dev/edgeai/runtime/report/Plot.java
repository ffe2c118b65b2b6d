package dev.edgeai.runtime.report;

import dev.edgeai.api.v1alpha1.value.Estimate;
import j2html.tags.ContainerTag;
import j2html.tags.DomContent;

import java.util.ArrayList;
import java.util.DoubleSummaryStatistics;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.stream.DoubleStream;
import java.util.stream.Stream;

import static j2html.TagCreator.each;
import static j2html.TagCreator.figcaption;
import static j2html.TagCreator.figure;
import static j2html.TagCreator.p;
import static j2html.TagCreator.tag;

/** Models as dots: one quantity against another, the dot's area a third; inline SVG. */
final class Plot {
    private static final int WIDTH = 460;
    private static final int HEIGHT = 300;
    private static final int LEFT = 58;
    private static final int RIGHT = 18;
    private static final int TOP = 18;
    private static final int BOTTOM = 46;
    private static final double LARGEST_DOT = 15;
    private static final double SMALLEST_DOT = 5;

    private final Quantity across;
    private final Quantity up;
    private final Quantity area;
    private final List<PlotPoint> points;
    private final Scale x;
    private final Scale y;

    private Plot(Quantity across, Quantity up, Quantity area, List<PlotPoint> points) {
        this.across = across;
        this.up = up;
        this.area = area;
        this.points = points;
        x = Scale.covering(statistics(points.stream().flatMap(p -> extent(across, p))), true);
        y = Scale.covering(statistics(points.stream().flatMap(p -> extent(up, p))), false);
    }

    /** A figure with its caption; a sentence where nothing has both quantities. */
    static DomContent of(Quantity across, Quantity up, Quantity area, List<PlotPoint> all) {
        List<PlotPoint> points = all.stream()
                .filter(p ->
                        across.of().apply(p).isPresent() && up.of().apply(p).isPresent())
                .toList();
        return points.isEmpty()
                ? p("No model has both: %s, and %s.".formatted(up.label(), across.label()))
                : new Plot(across, up, area, points).figureOf(all.size());
    }

    private DomContent figureOf(int all) {
        String caption = up.label() + " against " + across.label()
                + (area == across ? "" : "; the dot's area is its " + area.label())
                + (points.size() == all ? "" : "; %d of %d models were measured so".formatted(points.size(), all))
                + ". Numbers as in the table of trials, 0 is the baseline; bars are 95 % intervals.";
        return figure(
                tag("svg")
                        .attr("viewBox", "0 0 %d %d".formatted(WIDTH, HEIGHT))
                        .attr("role", "img")
                        .attr("aria-label", caption)
                        .with(axes())
                        .with(points.stream().map(this::dot)),
                figcaption(caption));
    }

    private List<DomContent> axes() {
        List<DomContent> parts = new ArrayList<>();
        for (double tick : x.ticks()) {
            parts.add(line(atX(tick), TOP, atX(tick), HEIGHT - BOTTOM, "grid"));
            parts.add(label(atX(tick), HEIGHT - BOTTOM + 16, "middle", x.label(tick)));
        }
        for (double tick : y.ticks()) {
            parts.add(line(LEFT, atY(tick), WIDTH - RIGHT, atY(tick), "grid"));
            parts.add(label(LEFT - 7, atY(tick) + 4, "end", y.label(tick)));
        }
        parts.add(label((LEFT + WIDTH - RIGHT) / 2.0, HEIGHT - 8, "middle", across.label()));
        parts.add(label(LEFT - 50, TOP - 6, "start", up.label()));
        return parts;
    }

    private DomContent dot(PlotPoint point) {
        double cx = atX(value(across, point));
        double cy = atY(value(up, point));
        Optional<Estimate> high = up.interval().apply(point);
        Optional<Estimate> wide = across.interval().apply(point);
        return tag("g").attr("class", point.role().css())
                .with(tag("title").withText(describe(point)))
                .with(each(high.stream()
                        .map(e -> line(
                                cx, atY(e.lower().asDouble()), cx, atY(e.upper().asDouble()), "interval"))))
                .with(each(wide.stream()
                        .map(e -> line(
                                atX(e.lower().asDouble()), cy, atX(e.upper().asDouble()), cy, "interval"))))
                .with(tag("circle").attr("cx", round(cx)).attr("cy", round(cy)).attr("r", round(radius(point))))
                .with(label(cx, cy + 4, "middle", Integer.toString(point.number())));
    }

    private String describe(PlotPoint point) {
        return Stream.of(up, across, area)
                .distinct()
                .filter(q -> q.of().apply(point).isPresent())
                .map(q -> "%s %.4g".formatted(q.label(), value(q, point)))
                .reduce(point.name(), (all, one) -> all + "\n" + one);
    }

    /** By area, so that twice the memory is twice the ink. */
    private double radius(PlotPoint point) {
        double largest = points.stream()
                .flatMap(p -> area.of().apply(p).stream())
                .mapToDouble(Double::doubleValue)
                .max()
                .orElse(0);
        double share = largest > 0 ? area.of().apply(point).orElse(0.0) / largest : 0;
        return Math.max(SMALLEST_DOT, LARGEST_DOT * Math.sqrt(share));
    }

    private double atX(double value) {
        return LEFT + x.at(value) * (WIDTH - LEFT - RIGHT);
    }

    private double atY(double value) {
        return HEIGHT - BOTTOM - y.at(value) * (HEIGHT - TOP - BOTTOM);
    }

    private static double value(Quantity quantity, PlotPoint point) {
        return quantity.of().apply(point).orElseThrow();
    }

    /** The value and the ends of its interval. */
    private static Stream<Double> extent(Quantity quantity, PlotPoint point) {
        return Stream.concat(
                Stream.of(value(quantity, point)),
                quantity.interval().apply(point).stream()
                        .flatMap(e -> Stream.of(e.lower().asDouble(), e.upper().asDouble())));
    }

    private static DoubleSummaryStatistics statistics(Stream<Double> values) {
        DoubleStream doubles = values.mapToDouble(Double::doubleValue);
        return doubles.summaryStatistics();
    }

    private static DomContent line(double x1, double y1, double x2, double y2, String css) {
        return tag("line")
                .attr("class", css)
                .attr("x1", round(x1))
                .attr("y1", round(y1))
                .attr("x2", round(x2))
                .attr("y2", round(y2));
    }

    private static ContainerTag<?> label(double x, double y, String anchor, String text) {
        return tag("text")
                .attr("x", round(x))
                .attr("y", round(y))
                .attr("text-anchor", anchor)
                .withText(text);
    }

    private static String round(double pixels) {
        return String.format(Locale.ROOT, "%.1f", pixels);
    }
}
