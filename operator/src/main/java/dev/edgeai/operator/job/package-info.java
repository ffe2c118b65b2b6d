/** The pods the operator makes: security defaults, Jobs, and what their containers left behind. */
@NullMarked
package dev.edgeai.operator.job;

import org.jspecify.annotations.NullMarked;
