/**
 * The two kinds a person uses, {@code EdgeModel} and {@code OptimizationRun}, as immutable types. The CRD manifests are
 * generated from them, so schema, defaults and rules stand here and nowhere else.
 */
@NullMarked
package dev.edgeai.api.v1alpha1;

import org.jspecify.annotations.NullMarked;
