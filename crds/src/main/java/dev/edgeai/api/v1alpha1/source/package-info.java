/** The model, the data that tells good answers from bad ones, and what was assessed of them. */
@NullMarked
package dev.edgeai.api.v1alpha1.source;

import org.jspecify.annotations.NullMarked;
