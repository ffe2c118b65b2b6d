/** What every reconciler is handed. */
@NullMarked
package dev.edgeai.operator.services;

import org.jspecify.annotations.NullMarked;
