/** The operator: gathers one picture, asks the planner, makes it so. */
@NullMarked
package dev.edgeai.operator;

import org.jspecify.annotations.NullMarked;
