/** Artifacts in a registry, pushed and fetched by digest, and the folder that keeps one with its manifest. */
@NullMarked
package dev.edgeai.runtime.artifact.registry;

import org.jspecify.annotations.NullMarked;
