/** The controller of EdgeModels: what of the cluster belongs to one, and its status made of what its targets came to. */
@NullMarked
package dev.edgeai.operator.model;

import org.jspecify.annotations.NullMarked;
