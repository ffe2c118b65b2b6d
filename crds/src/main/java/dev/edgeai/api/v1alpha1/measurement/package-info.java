/** What was measured of one variant. */
@NullMarked
package dev.edgeai.api.v1alpha1.measurement;

import org.jspecify.annotations.NullMarked;
