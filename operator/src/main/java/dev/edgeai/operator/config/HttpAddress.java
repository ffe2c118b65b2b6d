package dev.edgeai.operator.config;

import org.jspecify.annotations.Nullable;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import java.util.Optional;
import java.util.regex.Pattern;

/**
 * An HTTP address taken apart, so that two of them can be compared by what would be called and not by how they are
 * written.
 *
 * @param scheme {@code http} or {@code https}
 * @param host in lower case
 * @param port the scheme's own when none is written
 * @param path empty, or {@code /a/b} without a slash at its end
 */
record HttpAddress(String scheme, String host, int port, String path) {
    /** Letters, digits and few signs: no percent, no {@code ..}, no empty segment, nothing a proxy could read otherwise. */
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_-][A-Za-z0-9._-]*)*");

    private static final int HTTP = 80;
    private static final int HTTPS = 443;
    private static final int LAST_PORT = 65_535;

    /** Why this is no such address; empty when it is one. */
    static Optional<String> problem(String text) {
        try {
            parse(text);
            return Optional.empty();
        } catch (IllegalArgumentException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    /** @throws IllegalArgumentException saying in half a sentence what is wrong with it */
    static HttpAddress parse(String text) {
        URI uri;
        try {
            uri = new URI(text).parseServerAuthority();
        } catch (URISyntaxException e) {
            throw new IllegalArgumentException("it is no URL (" + e.getReason() + ")", e);
        }
        String scheme = lower(uri.getScheme());
        require(scheme.equals("http") || scheme.equals("https"), "it does not begin with http:// or https://");
        require(uri.getHost() != null, "it names no host");
        require(uri.getRawUserInfo() == null, "it holds a user or a password");
        require(uri.getRawQuery() == null && uri.getRawFragment() == null, "it holds a query or a fragment");
        require(uri.getPort() != 0 && uri.getPort() <= LAST_PORT, "its port is none");
        String path = uri.getRawPath() == null ? "" : uri.getRawPath().replaceFirst("/$", "");
        require(
                PATH.matcher(path).matches(),
                "its path is not plain (letters, digits, '.', '_' and '-' between slashes)");
        int own = scheme.equals("http") ? HTTP : HTTPS;
        return new HttpAddress(scheme, lower(uri.getHost()), uri.getPort() < 0 ? own : uri.getPort(), path);
    }

    private static String lower(@Nullable String text) {
        return text == null ? "" : text.toLowerCase(Locale.ROOT);
    }

    private static void require(boolean holds, String otherwise) {
        if (!holds) {
            throw new IllegalArgumentException(otherwise);
        }
    }

    @Override
    public String toString() {
        return scheme + "://" + host + ":" + port + path;
    }
}
