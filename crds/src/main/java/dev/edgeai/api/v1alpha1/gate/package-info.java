/** What a variant must reach, and whether it does. */
@NullMarked
package dev.edgeai.api.v1alpha1.gate;

import org.jspecify.annotations.NullMarked;
