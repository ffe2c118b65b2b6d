/** How the operator speaks: status and Events. */
@NullMarked
package dev.edgeai.operator.status;

import org.jspecify.annotations.NullMarked;
