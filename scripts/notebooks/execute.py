"""Executes one notebook in its folder and writes it, with outputs, to another file: execute.py NOTEBOOK TARGET SECONDS.

Writes what there is even when a cell fails; then it says which, and the exit code is 1.
"""

import sys
from pathlib import Path

import nbformat
from nbclient import NotebookClient
from nbclient.exceptions import CellExecutionError, CellTimeoutError, DeadKernelError


def text_of(cell):
    parts = [output.get("text", "") for output in cell.get("outputs", [])]
    return "".join(parts).strip()


def main(source, target, seconds):
    notebook = nbformat.read(source, as_version=4)
    at = {"index": 0}
    client = NotebookClient(
        notebook,
        timeout=int(seconds),
        kernel_name="tslab",
        coalesce_streams=True,
        record_timing=False,
        resources={"metadata": {"path": str(Path(source).parent)}},
        on_cell_start=lambda cell, cell_index: at.update(index=cell_index),
    )
    failed = None
    try:
        client.execute()
    except (CellExecutionError, CellTimeoutError, DeadKernelError) as error:
        failed = error
    nbformat.write(notebook, target)
    if failed is None:
        return 0
    cell = notebook.cells[at["index"]]
    kind = type(failed).__name__
    print(f"{kind} in cell {at['index']}:\n\n{cell.source}\n\n{text_of(cell) or failed}", file=sys.stderr)
    return 1


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
