"""The source model of a job. Strangers choose what is in its folder: links, pickles and code are refused."""

from pathlib import Path

from contract import Failure

PICKLED = {".bin", ".pt", ".pth", ".ckpt", ".pkl"}


class Source:
    """The folder ``source/``. Everything here raises Failure ``UnsupportedModel`` for a folder with a symbolic link."""

    def __init__(self, folder: Path):
        self._folder = folder

    def file(self, *suffixes: str) -> Path:
        """The one file with one of the suffixes. Raises: Failure ``UnsupportedModel`` for none and for several."""
        found = sorted(path for path in self._files() if path.suffix in suffixes)
        if len(found) != 1:
            names = ", ".join(str(path.relative_to(self._folder)) for path in found) or "none"
            raise Failure("UnsupportedModel", f"the source must hold one {' or '.join(suffixes)} file; found {names}")
        return found[0]

    def checkpoint(self) -> Path | None:
        """The folder of a Hugging Face checkpoint, None when the source is none.

        Raises: Failure ``UnsupportedModel`` for pickled weights, for code, and where weights or tokenizer are missing.
        """
        files = self._files()
        configs = sorted(path for path in files if path.name == "config.json")
        if not configs or any(path.suffix == ".gguf" for path in files):
            return None
        folder = configs[0].parent
        pickled = sorted(path.name for path in files if path.suffix in PICKLED)
        if pickled:
            raise Failure(
                "UnsupportedModel", f"{pickled[0]} can run code when it is loaded; push the weights as .safetensors"
            )
        if code := sorted(path.name for path in files if path.suffix == ".py"):
            raise Failure("UnsupportedModel", f"the checkpoint brings code of its own ({code[0]}), which is not run")
        for pattern in ("*.safetensors", "tokenizer.json"):
            if not any(folder.glob(pattern)):
                raise Failure("UnsupportedModel", f"the checkpoint has no {pattern} beside config.json")
        return folder

    def nearest(self, name: str) -> Path | None:
        """The file of that name (or path) that is nearest to the folder's top, None when there is none."""
        self._files()
        return min(self._folder.rglob(name), key=lambda path: (len(path.parts), path), default=None)

    def _files(self) -> list[Path]:
        found = list(self._folder.rglob("*"))
        if any(path.is_symlink() for path in found):
            raise Failure("UnsupportedModel", "the source holds a symbolic link; push plain files")
        return found
