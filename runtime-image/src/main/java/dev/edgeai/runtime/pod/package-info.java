/** What every verb stands on: its environment, JSON as the operator reads it, how it fails, and what it leaves behind. */
@NullMarked
package dev.edgeai.runtime.pod;

import org.jspecify.annotations.NullMarked;
