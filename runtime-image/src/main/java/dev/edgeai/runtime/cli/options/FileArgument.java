package dev.edgeai.runtime.cli.options;

import picocli.CommandLine.ITypeConverter;
import picocli.CommandLine.TypeConversionException;

import java.nio.file.Files;
import java.nio.file.Path;

/** Files and folders as they are typed: one of the wrong kind is wrong usage, told before anything is done. */
public final class FileArgument {
    private FileArgument() {}

    /** A file or a folder that is there. */
    public static final class Existing implements ITypeConverter<Path> {
        @Override
        public Path convert(String name) {
            return require(Files.exists(Path.of(name)), name, "there is no file or folder '%s'");
        }
    }

    /** A file that is there. */
    public static final class ExistingFile implements ITypeConverter<Path> {
        @Override
        public Path convert(String name) {
            Path file = require(!Files.isDirectory(Path.of(name)), name, "'%s' is a folder; name a file");
            return require(Files.exists(file), name, "there is no file '%s'");
        }
    }

    /** A folder that is there. */
    public static final class ExistingFolder implements ITypeConverter<Path> {
        @Override
        public Path convert(String name) {
            Path folder = new Folder().convert(name);
            return require(Files.exists(folder), name, "there is no folder '%s'");
        }
    }

    /** A folder that is there, or can be made. */
    public static final class Folder implements ITypeConverter<Path> {
        @Override
        public Path convert(String name) {
            for (Path at = Path.of(name).toAbsolutePath(); at != null; at = at.getParent()) {
                require(Files.isDirectory(at) || !Files.exists(at), at.toString(), "'%s' is a file; name a folder");
            }
            return Path.of(name);
        }
    }

    /** A file that is written: it may be there, its folder must. */
    public static final class NewFile implements ITypeConverter<Path> {
        @Override
        public Path convert(String name) {
            Path file = require(!Files.isDirectory(Path.of(name)), name, "'%s' is a folder; name a file");
            Path folder = file.toAbsolutePath().getParent();
            require(folder != null && Files.isDirectory(folder), name, "there is no folder for '%s'");
            return file;
        }
    }

    private static Path require(boolean holds, String name, String otherwise) {
        if (!holds) {
            throw new TypeConversionException(otherwise.formatted(name));
        }
        return Path.of(name);
    }
}
