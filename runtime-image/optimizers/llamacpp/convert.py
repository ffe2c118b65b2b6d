"""Runs llama.cpp's own convert_hf_to_gguf.py without torch. Usage: convert.py <llama.cpp folder> <its arguments...>"""

import os
import runpy
import sys

os.environ["HF_HUB_OFFLINE"] = os.environ["TRANSFORMERS_OFFLINE"] = "1"

import transformers  # noqa: F401  before torch's stand-in, see there
from transformers import AutoConfig, AutoTokenizer  # noqa: F401

import torch_over_numpy

if __name__ == "__main__":
    folder, *arguments = sys.argv[1:]
    torch_over_numpy.install()
    script = f"{folder}/convert_hf_to_gguf.py"
    sys.argv = [script, *arguments]
    sys.path.insert(0, folder)
    runpy.run_path(script, run_name="__main__")
