/** Models and datasets from wherever a specification says: a registry or a web server. */
@NullMarked
package dev.edgeai.runtime.artifact.source;

import org.jspecify.annotations.NullMarked;
