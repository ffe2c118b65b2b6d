package dev.edgeai.runtime.report;

import j2html.tags.DomContent;
import j2html.tags.specialized.TrTag;

import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

import static j2html.TagCreator.div;
import static j2html.TagCreator.each;
import static j2html.TagCreator.table;
import static j2html.TagCreator.tbody;
import static j2html.TagCreator.td;
import static j2html.TagCreator.th;
import static j2html.TagCreator.thead;
import static j2html.TagCreator.tr;

/** Tables that scroll sideways where the screen is narrow. Every text is escaped. */
final class Tables {
    private Tables() {}

    static DomContent of(List<String> head, Stream<? extends DomContent> rows) {
        return div(table(thead(tr(each(head, name -> th(name)))), tbody(each(rows.map(row -> (DomContent) row)))))
                .withClass("scroll");
    }

    static TrTag row(String... cells) {
        return tr(each(List.of(cells), cell -> td(cell)));
    }

    /** Two columns: name and value. */
    static DomContent facts(Map<String, String> facts) {
        return div(table(tbody(each(facts, (name, value) -> tr(th(name), td(value))))))
                .withClass("scroll");
    }
}
