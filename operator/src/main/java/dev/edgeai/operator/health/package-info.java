/** What the operator tells of itself over HTTP. */
@NullMarked
package dev.edgeai.operator.health;

import org.jspecify.annotations.NullMarked;
