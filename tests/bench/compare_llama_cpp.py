#!/usr/bin/env python3
"""Prefill and decode speed of Warraq beside llama.cpp, in turn, in one run.

    python compare_llama_cpp.py WARRAQ_CLI MODEL.gguf [--threads 2] [--prompt 512] [--generate 64] [--rounds 5]

Needs the package llama-cpp-python, built natively, in an environment of its own; it is never a dependency of Warraq.
Each round measures both, one after the other; medians of each and the median of the rounds' ratios are printed.
"""
import argparse
import ctypes
import json
import statistics
import subprocess
import time

import llama_cpp


class Peer:
    def __init__(self, model, threads, prompt):
        llama_cpp.llama_backend_init()
        silent = llama_cpp.llama_log_callback(lambda level, text, data: None)
        llama_cpp.llama_log_set(silent, ctypes.c_void_p(0))
        self._silent = silent
        self.model = llama_cpp.llama_model_load_from_file(model.encode(), llama_cpp.llama_model_default_params())
        settings = llama_cpp.llama_context_default_params()
        settings.n_ctx, settings.n_batch, settings.n_ubatch = 2048, prompt, prompt
        settings.n_threads = settings.n_threads_batch = threads
        self.context = llama_cpp.llama_init_from_model(self.model, settings)

    def decode(self, tokens):
        array = (llama_cpp.llama_token * len(tokens))(*tokens)
        if llama_cpp.llama_decode(self.context, llama_cpp.llama_batch_get_one(array, len(tokens))) != 0:
            raise RuntimeError("llama_decode failed")
        llama_cpp.llama_get_logits(self.context)

    def measure(self, prompt, generate):
        """The best of three, as `warraq-cli bench` gives it: other programs can only make a run slower."""
        runs = [self.measure_once(prompt, generate) for _ in range(3)]
        return max(r[0] for r in runs), max(r[1] for r in runs)

    def measure_once(self, prompt, generate):
        llama_cpp.llama_memory_clear(llama_cpp.llama_get_memory(self.context), True)
        started = time.perf_counter()
        self.decode([100 + i % 1000 for i in range(prompt)])
        middle = time.perf_counter()
        for i in range(generate):
            self.decode([100 + i])
        return prompt / (middle - started), generate / (time.perf_counter() - middle)


def measure_ours(cli, model, threads, prompt, generate):
    output = subprocess.run([cli, "bench", "--model", model, "--prompt", str(prompt), "--generate", str(generate),
                             "--threads", str(threads), "--json"], check=True, capture_output=True).stdout
    figures = json.loads(output)
    return figures["prefill_tokens_per_second"], figures["decode_tokens_per_second"]


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("cli")
    parser.add_argument("model")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--prompt", type=int, default=512)
    parser.add_argument("--generate", type=int, default=64)
    parser.add_argument("--rounds", type=int, default=5)
    a = parser.parse_args()
    peer = Peer(a.model, a.threads, a.prompt)
    peer.measure_once(a.prompt, 8)
    rounds = [(measure_ours(a.cli, a.model, a.threads, a.prompt, a.generate), peer.measure(a.prompt, a.generate))
              for _ in range(a.rounds)]
    for i, what in enumerate(("prefill", "decode")):
        ours = [r[0][i] for r in rounds]
        theirs = [r[1][i] for r in rounds]
        ratio = statistics.median(x / y for x, y in zip(ours, theirs))
        print(f"{what:8} warraq {statistics.median(ours):8.1f} tok/s   llama.cpp {statistics.median(theirs):8.1f} tok/s"
              f"   ratio {ratio:.2f}")


if __name__ == "__main__":
    main()
