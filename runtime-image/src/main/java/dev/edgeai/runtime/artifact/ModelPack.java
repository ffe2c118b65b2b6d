package dev.edgeai.runtime.artifact;

import dev.edgeai.planner.Json;
import dev.edgeai.runtime.pod.UsageException;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Stream;

/**
 * Files as a CNCF ModelPack artifact: one raw layer a file, sorted by name, and no time or host anywhere, so that the
 * same files give the same digest on any machine.
 *
 * @param files in the order of the layers
 * @param config bytes of the configuration blob
 * @param manifest what names them
 * @see <a href="https://github.com/modelpack/model-spec">ModelPack specification</a>
 */
public record ModelPack(List<PackedFile> files, byte[] config, Manifest manifest) {
    public static final String ARTIFACT_TYPE = "application/vnd.cncf.model.manifest.v1+json";
    public static final String CONFIG_TYPE = "application/vnd.cncf.model.config.v1+json";
    public static final String LAYER_TYPE = "application/vnd.cncf.model.weight.v1.raw";

    /**
     * A file and its layer.
     *
     * @param path on disk
     * @param name within the artifact, segments separated by {@code /}
     * @param layer its descriptor
     */
    public record PackedFile(Path path, String name, Descriptor layer) {}

    /**
     * Describes a file, or all files of a folder but this program's own records.
     *
     * @throws UsageException there is no file, or a link among them
     * @throws IOException they cannot be read
     */
    public static ModelPack of(Path fileOrFolder) throws IOException {
        return of(fileOrFolder, Set.of());
    }

    /**
     * The same, without some files.
     *
     * @param without names within the artifact
     */
    public static ModelPack of(Path fileOrFolder, Set<String> without) throws IOException {
        List<PackedFile> files = new ArrayList<>();
        Map<String, Path> listed = list(fileOrFolder);
        listed.keySet().removeAll(without);
        for (Map.Entry<String, Path> entry : listed.entrySet()) {
            Path path = entry.getValue();
            Descriptor layer = new Descriptor(
                    LAYER_TYPE,
                    Digest.of(path),
                    Files.size(path),
                    null,
                    Map.of(Descriptor.FILE_PATH, entry.getKey(), Descriptor.TITLE, entry.getKey()));
            files.add(new PackedFile(path, entry.getKey(), layer));
        }
        if (files.isEmpty()) {
            throw new UsageException(fileOrFolder + " holds no files.");
        }
        List<Descriptor> layers = files.stream().map(PackedFile::layer).toList();
        byte[] config = config(layers);
        return new ModelPack(List.copyOf(files), config, manifest(config, layers));
    }

    /** The digest that an artifact of these layers has. */
    public static Digest digest(List<Descriptor> layers) {
        return Digest.of(manifest(config(layers), layers).toBytes());
    }

    /** Digest of the manifest. */
    public Digest digest() {
        return Digest.of(manifest.toBytes());
    }

    private static Manifest manifest(byte[] config, List<Descriptor> layers) {
        return Manifest.of(ARTIFACT_TYPE, Descriptor.of(CONFIG_TYPE, config), layers, null, Map.of());
    }

    /** Name within the artifact to file, sorted by name. */
    static Map<String, Path> list(Path fileOrFolder) throws IOException {
        Map<String, Path> files = new TreeMap<>();
        if (Files.isRegularFile(fileOrFolder)) {
            files.put(fileOrFolder.toAbsolutePath().getFileName().toString(), fileOrFolder);
            return files;
        }
        if (!Files.isDirectory(fileOrFolder)) {
            throw new UsageException("There is no file or folder " + fileOrFolder + ".");
        }
        Path records = fileOrFolder.resolve(SafeName.RECORDS);
        try (Stream<Path> walk = Files.walk(fileOrFolder)) {
            for (Path path : (Iterable<Path>) walk.filter(path -> !path.startsWith(records))::iterator) {
                if (Files.isRegularFile(path, LinkOption.NOFOLLOW_LINKS)) {
                    files.put(name(fileOrFolder.relativize(path)), path);
                } else if (!Files.isDirectory(path, LinkOption.NOFOLLOW_LINKS)) {
                    throw new UsageException(path + " is a link or no regular file; copy the file itself there.");
                }
            }
        }
        return files;
    }

    private static String name(Path relative) {
        List<String> segments = new ArrayList<>();
        relative.forEach(segment -> segments.add(segment.toString()));
        return String.join("/", segments);
    }

    private static byte[] config(List<Descriptor> layers) {
        Map<String, Object> config = new TreeMap<>();
        config.put("descriptor", Map.of());
        config.put("config", Map.of());
        Map<String, Object> modelFs = new TreeMap<>();
        modelFs.put("type", "layers");
        modelFs.put("diffIds", layers.stream().map(Descriptor::digest).toList());
        config.put("modelfs", modelFs);
        return Json.write(config).getBytes(StandardCharsets.UTF_8);
    }
}
