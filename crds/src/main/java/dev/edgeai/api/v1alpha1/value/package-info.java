/** Numbers and times as they are written in YAML. */
@NullMarked
package dev.edgeai.api.v1alpha1.value;

import org.jspecify.annotations.NullMarked;
