/** The contract between the operator and the pods it makes: a specification in, a result out. */
@NullMarked
package dev.edgeai.api.trial;

import org.jspecify.annotations.NullMarked;
