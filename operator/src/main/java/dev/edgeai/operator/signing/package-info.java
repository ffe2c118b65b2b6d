/** The key that certificates are signed with. */
@NullMarked
package dev.edgeai.operator.signing;

import org.jspecify.annotations.NullMarked;
