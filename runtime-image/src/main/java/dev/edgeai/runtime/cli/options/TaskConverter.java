package dev.edgeai.runtime.cli.options;

import dev.edgeai.api.v1alpha1.source.Task;
import dev.edgeai.planner.Json;
import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

/** A {@link Task} by its name in manifests, such as {@code ImageClassification}. */
public final class TaskConverter implements ITypeConverter<Task> {
    @Override
    public Task convert(String name) {
        try {
            return Json.mapper().convertValue(name, Task.class);
        } catch (IllegalArgumentException _) {
            String names = Json.write(Task.values()).replace("\"", "").replace(",", ", ");
            throw new TypeConversionException("'" + name + "' is no task; tasks are " + names);
        }
    }
}
