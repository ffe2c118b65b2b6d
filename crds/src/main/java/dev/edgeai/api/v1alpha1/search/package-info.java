/** What may be tried, and how long. */
@NullMarked
package dev.edgeai.api.v1alpha1.search;

import org.jspecify.annotations.NullMarked;
