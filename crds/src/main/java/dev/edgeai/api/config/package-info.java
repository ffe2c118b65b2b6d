/** What an administrator configures: accelerator profiles, images, registry. */
@NullMarked
package dev.edgeai.api.config;

import org.jspecify.annotations.NullMarked;
