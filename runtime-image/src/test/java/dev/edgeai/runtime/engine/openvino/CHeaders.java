package dev.edgeai.runtime.engine.openvino;

import java.io.IOException;
import java.lang.foreign.MemoryLayout;
import java.lang.foreign.StructLayout;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.regex.MatchResult;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;

import static java.lang.foreign.ValueLayout.ADDRESS;
import static java.lang.foreign.ValueLayout.JAVA_LONG;

/** Structures and enumerations as C headers declare them, as far as OpenVINO's need: plain members, no padding. */
record CHeaders(String text) {
    private static final Pattern COMMENT = Pattern.compile("/\\*.*?\\*/|//[^\n]*", Pattern.DOTALL);
    private static final Pattern MEMBER = Pattern.compile("(?:const\\s+)?(\\w+)\\s*(\\*?)\\s*(\\w+)\\s*;");
    private static final Pattern CONSTANT = Pattern.compile("(\\w+)\\s*(?:=\\s*(\\d+)U?)?\\s*(?:,|$)");

    /** All headers of a folder. */
    static CHeaders read(Path folder) throws IOException {
        StringBuilder text = new StringBuilder();
        try (Stream<Path> files = Files.list(folder)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                text.append(Files.readString(file)).append('\n');
            }
        }
        return new CHeaders(COMMENT.matcher(text).replaceAll(""));
    }

    /** A structure with the names of its members, in their order. */
    StructLayout structure(String name) {
        String body = find("typedef\\s+struct\\s*\\w*\\s*\\{([^}]*)}\\s*" + name + "\\s*;");
        MemoryLayout[] members =
                MEMBER.matcher(body).results().map(this::member).toArray(MemoryLayout[]::new);
        return MemoryLayout.structLayout(members).withName(name);
    }

    private MemoryLayout member(MatchResult member) {
        String type = member.group(1);
        MemoryLayout layout;
        if (member.group(2).equals("*")) {
            layout = ADDRESS;
        } else if (type.equals("int64_t")) {
            layout = JAVA_LONG;
        } else {
            layout = structure(find("typedef\\s+(\\w+)\\s+" + type + "\\s*;"));
        }
        return layout.withName(member.group(3));
    }

    /** The constants of an enumeration by their values, which start at 0 and have no gaps. */
    List<String> enumeration(String name) {
        String body = find("typedef\\s+enum\\s*\\w*\\s*\\{([^}]*)}\\s*" + name + "\\s*;");
        List<String> constants = new ArrayList<>();
        for (MatchResult constant : CONSTANT.matcher(body.strip()).results().toList()) {
            if (constant.group(2) != null && Integer.parseInt(constant.group(2)) != constants.size()) {
                throw new IllegalArgumentException(name + " has a gap before " + constant.group(1));
            }
            constants.add(constant.group(1));
        }
        return constants;
    }

    private String find(String declaration) {
        List<String> found = Pattern.compile(declaration)
                .matcher(text)
                .results()
                .map(result -> result.group(1))
                .collect(Collectors.toList());
        if (found.size() != 1) {
            throw new IllegalArgumentException(found.size() + " declarations " + declaration);
        }
        return found.getFirst();
    }
}
