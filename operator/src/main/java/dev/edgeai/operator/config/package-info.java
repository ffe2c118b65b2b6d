/** What the operator was told: its environment and its configuration file. */
@NullMarked
package dev.edgeai.operator.config;

import org.jspecify.annotations.NullMarked;
