#!/usr/bin/env python3
"""Makes RESULTS.md, results.svg and integrals.svg of what was measured.

usage: report.py RESULTS.json KERNELS.json FOLDER
"""
import html
import json
import math
import os
import sys


def ours(job):
    return [r for r in job["results"] if r["name"].startswith("rankwise") and "seconds" in r]


def others(job):
    return [r for r in job["results"]
            if not r["name"].startswith(("rankwise", "limit")) and "seconds" in r and "problem" not in r]


def rate(job, result):
    """GB/s of what the job reads, or 10^9 samples/s."""
    for amount in ("gigabytes", "fits", "tasks"):
        if amount in job:
            return job[amount] / result["seconds"]
    return result.get("samples", job["samples"]) / result["seconds"] / 1e9


def unit(job):
    return "GB/s" if "gigabytes" in job else "fits/s" if "fits" in job else "tasks/s" if "tasks" in job else "10^9 samples/s"


def verdicts(job):
    """How far ours are from what was aimed at, in words: each layout that uses all processors."""
    processors = [r for r in ours(job) if not r["name"].endswith("1 × 1")]
    for what, factor in job["aim"]:
        rivals = [r for r in job["results"] if "seconds" in r and "problem" not in r]
        mine = processors
        if what.startswith("limit"):
            rivals = [r for r in rivals if r["name"].startswith(what)]
        elif what == "NumPy per core":
            rivals = [r for r in rivals if r["name"].startswith("NumPy")]
            mine = [r for r in ours(job) if r["name"].endswith("1 × 1")]
        else:
            wanted = what.removeprefix("best of ").split(", ")
            rivals = [r for r in others(job) if wanted == ["all"] or any(r["name"].startswith(w) for w in wanted)]
        if not rivals:
            continue
        rival = max(rivals, key=lambda r: rate(job, r))
        ratios = [rate(job, r) / rate(job, rival) for r in mine]
        percent = what.startswith("limit")
        shown = " and ".join(f"{100 * ratio:.0f}" if percent else f"{ratio:.1f}" for ratio in ratios)
        shown += f" % of the {rival['name']}" if percent else f" × {rival['name']}"
        aim = "" if factor is None else f" (aim: {100 * factor:.0f} %)" if percent else f" (aim: {factor} ×)"
        yield shown + aim


def job_tables(results):
    for job in results["jobs"]:
        yield f"\n### {job['title']}\n\n{'; '.join(verdicts(job))}.\n"
        yield f"| | seconds | least to most | {unit(job)} |\n|---|---|---|---|"
        for r in job["results"]:
            if "seconds" not in r:
                yield f"| {r['name']} | - | {r['problem']} | |"
            else:
                note = f" ({r['problem']})" if "problem" in r else ""
                yield (f"| {r['name']}{note} | {r['seconds']:.3f} | {r['least']:.3f} to {r['most']:.3f} | "
                       f"{rate(job, r):.2f} |")


def start_up_table(results):
    yield "\n### Start-up\n\nWhole commands that have next to nothing to do.\n\n| | seconds |\n|---|---|"
    for name, seconds in results["start_up"].items():
        yield f"| `{name}` | {seconds:.3f} |"


def scaling_table(results):
    yield ("\n### Scaling\n\nStrong: the same work on more threads; weak: as much work per thread. The efficiency is that of "
           "the time of one thread.\n")
    yield "| job | | ranks × threads | seconds | efficiency |\n|---|---|---|---|---|"
    for s in results["scaling"]:
        yield (f"| {s['job']} | {s['kind']} | {s['ranks']} × {s['threads']} | {s['seconds']:.3f} | "
               f"{100 * s['efficiency']:.0f} % |")


def message_table(results):
    yield ("\n### Messages\n\nCounted between the program and MPI: `columns` of 20000 × 1000 float64 and `pi` of 10^10 "
           "samples, one thread per rank, all ranks on this machine.\n")
    yield "| job | ranks | messages | bytes | to rank 0 | bytes | by rank 0 | most of another rank | collectives |"
    yield "|---|---|---|---|---|---|---|---|---|"
    for m in results["messages"]:
        yield (f"| {m['job']} | {m['ranks']} | {m['sent']} | {m['sent_bytes']} | {m['to_root']} | {m['to_root_bytes']} | "
               f"{m['by_root']} | {m['most_sent']} | {m['collectives']} |")


def checkpoint_table(results):
    yield ("\n### Checkpoints\n\nWith a checkpoint every so often, and with none, by turns: medians, and the median of the pairs' "
           "ratios. One every second costs less than pairs of runs differ by; what a hundred in a second cost, less one, divided by a "
           "hundred, is the cost of one in a second.\n\n"
           "| job | ranks × threads | every | without | with | ratio |\n|---|---|---|---|---|---|")
    for c in results["checkpoint"]:
        yield (f"| {c['job']} | {c['ranks']} × {c['threads']} | {c['every']} | {c['without']:.3f} s | {c['with']:.3f} s | "
               f"{c['ratio']:.4f} |")


def memory_table(results):
    yield ("\n### Memory\n\nThe greatest anonymous memory of a rank, in MB, under `--memory`; 2 threads per rank.\n")
    limits = list(dict.fromkeys(m["memory"] for m in results["memory"]))
    yield "| layout | statistics | ranks | " + " | ".join(limits) + " |\n|---|---|---|" + "---|" * len(limits)
    rows = {}
    for m in results["memory"]:
        rows.setdefault((m["layout"], m["job"], m["ranks"]), {})[m["memory"]] = m["bytes"] / 1e6
    for (layout, job, ranks), cells in rows.items():
        yield f"| {layout} | {job} | {ranks} | " + " | ".join(f"{cells[l]:.0f}" for l in limits) + " |"


def integral_table(results):
    yield ("\n### Integrals\n\nThe relative error of `integrate`, the root of its mean square over seeds: of independent points and of "
           "scrambled Sobol points.\n\n![errors](integrals.svg)\n\n| integral | points | independent | Sobol |\n|---|---|---|---|")
    cells = {(i["integral"], i["samples"], i["sampler"]): i["error"] for i in results["integrals"]}
    for name, samples in dict.fromkeys((i["integral"], i["samples"]) for i in results["integrals"]):
        yield f"| {name} | {samples} | {cells[name, samples, 'random']:.2g} | {cells[name, samples, 'sobol']:.2g} |"


def integral_svg(results):
    """Errors over points, both on logarithmic axes."""
    width, height, left, top = 860, 420, 70, 40
    found = results["integrals"]
    least = math.floor(math.log10(min(i["error"] for i in found)))
    most_points, least_points = (math.log2(f(i["samples"] for i in found)) for f in (max, min))
    x = lambda samples: left + (math.log2(samples) - least_points) / (most_points - least_points) * 560
    y = lambda error: top + math.log10(error) / least * (height - top - 50)
    parts = []
    for power in range(least, 1, 2):
        parts.append(f'<line x1="{left}" x2="{left + 560}" y1="{y(10.0**power):.1f}" y2="{y(10.0**power):.1f}" class="grid"/>'
                     f'<text x="{left - 8}" y="{y(10.0**power) + 4:.1f}" text-anchor="end">1e{power}</text>')
    for samples in sorted({i["samples"] for i in found}):
        parts.append(f'<text x="{x(samples):.1f}" y="{height - 28}" text-anchor="middle">2^{int(math.log2(samples))}</text>')
    parts.append(f'<text x="{left + 280}" y="{height - 8}" text-anchor="middle">points</text>')
    shades = ["#2a7f62", "#31639c", "#b0562b"]
    ends = []
    for n, name in enumerate(dict.fromkeys(i["integral"] for i in found)):
        for sampler, dash in (("random", "6 4"), ("sobol", "none")):
            line = [i for i in found if (i["integral"], i["sampler"]) == (name, sampler)]
            points = " ".join(f"{x(i['samples']):.1f},{y(i['error']):.1f}" for i in line)
            parts.append(f'<polyline points="{points}" fill="none" stroke="{shades[n]}" stroke-width="2" stroke-dasharray="{dash}"/>')
            shown = {"random": "independent", "sobol": "Sobol"}[sampler]
            ends.append([y(line[-1]["error"]), f"{name}: {shown}", shades[n]])
    ends.sort()
    for above, below in zip(ends, ends[1:]):
        below[0] = max(below[0], above[0] + 15)
    for at, text, shade in ends:
        parts.append(f'<text x="{left + 570}" y="{at + 4:.1f}" fill="{shade}">{html.escape(text)}</text>')
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{height}" font-family="sans-serif" font-size="12">'
            f'<style>.grid{{stroke:#e4e4e4}}</style><rect width="100%" height="100%" fill="white"/>'
            f'<text x="10" y="22" font-size="14">Relative error of rankwise integrate</text>' + "\n".join(parts) + "</svg>\n")


def pool_table(results):
    yield ("\n### Threads, processes, ranks, or many at a time?\n\nWhat people ask about in forums: seconds of the work, without start-up, for "
           "ours and for theirs. Python's pools call a function; `map` starts a program for each task, here Python itself where the task "
           "is one of Python's, so that each has Python's start in it. `eval` has no tasks: its arrays are cut into blocks.\n")
    ways = list(dict.fromkeys(p["way"] for p in results["pools"]))
    cases = list(dict.fromkeys(p["case"] for p in results["pools"]))
    cells = {(p["case"], p["way"]): p["seconds"] for p in results["pools"]}
    yield "| | " + " | ".join(cases) + " |\n|---|" + "---|" * len(cases)
    for way in ways:
        yield f"| {way} | " + " | ".join(f"{cells[c, way]:.3g}" if (c, way) in cells else "" for c in cases) + " |"


def kernel_table(kernels):
    yield "\n### Kernels\n\nOne thread; Google Benchmark.\n\n| | rate |\n|---|---|"
    for b in kernels["benchmarks"]:
        if "bytes_per_second" in b:
            yield f"| {b['name']} | {b['bytes_per_second'] / 1e9:.1f} GB/s |"
        elif "items_per_second" in b:
            yield f"| {b['name']} | {b['items_per_second'] / 1e9:.2f} · 10^9 points/s |"


def markdown(results, kernels):
    m = results["machine"]
    yield "# What was measured last\n"
    yield (f"`tests/benchmarks/run.sh` on {m['processors']} processors ({m['processor']}), {m['gigabytes']:.0f} GB, "
           f"{m['system']}. Medians of {results['repeat']} rounds; in a round each contender runs once, and three times "
           "if that takes less than half a second, so that a slow minute of the machine strikes all of them. Files are in the page cache; seconds are of the work, without "
           "start-up, for ours and for theirs. `1 × 2` is one rank with two threads, `2 × 1` two ranks under mpiexec; of two figures in "
           "one sentence, the first is of one rank, the second of two. The "
           "limits are what all threads can read in the same rounds: from their own memory, and from the page cache, through "
           "a new mapping or by `pread` into a processor's cache. What rankwise writes is on the disk (fsync) when its time ends; what "
           "the others write may still be in memory."
           + (f" Measured by themselves, later: {', '.join(results['alone'])}." if "alone" in results else "") + "\n")
    for kind, found in results["versions"].items():
        text = ", ".join(f"{n} {v}" for n, v in found.items()) if isinstance(found, dict) else " · ".join(found.split("\n"))
        yield f"- {kind}: {text.strip(' ·')}"
    yield "\n![ours over theirs](results.svg)"
    yield from job_tables(results)
    p = results["progress"]
    yield (f"\n### Progress display\n\nπ with a display and without, by turns: {p['with']:.3f} against {p['without']:.3f} s, "
           f"the median of the pairs' ratios is {p['ratio']:.4f}.")
    yield from checkpoint_table(results)
    yield from start_up_table(results)
    yield from scaling_table(results)
    yield from message_table(results)
    yield from memory_table(results)
    yield from integral_table(results)
    if "pools" in results:
        yield from pool_table(results)
    yield from kernel_table(kernels)


def bars(results):
    """(title, kind, name, share of the fastest's rate, rate with unit, how it compares with ours)."""
    for job in results["jobs"]:
        best = max(rate(job, r) for r in ours(job))
        speeds = {}
        for r in others(job) + [r for r in job["results"] if r["name"] == "limit: memory"]:
            name = r["name"].split(" (")[0]
            speeds[name] = max(speeds.get(name, 0), rate(job, r))
        fastest = max(best, *speeds.values())
        yield job["title"], "ours", "rankwise", best / fastest, f"{best:.2f} {unit(job)}", ""
        for name, speed in sorted(speeds.items(), key=lambda item: -item[1]):
            kind = "limit" if name.startswith("limit") else "theirs"
            ratio = f" · {best / speed:.1f} × slower" if speed < best else f" · {speed / best:.2f} × faster"
            yield job["title"], kind, name, speed / fastest, f"{speed:.2f} {unit(job)}", ratio


def svg(results):
    width, left, bar, gap = 860, 230, 16, 4
    rows, y, title = [], 30, None
    for job, kind, name, share, speed, ratio in bars(results):
        if job != title:
            y += 22
            rows.append(f'<text x="10" y="{y}" class="job">{html.escape(job)}</text>')
            title = job
            y += 8
        length = max(1.0, share * (width - left - 210))
        rows.append(f'<text x="{left - 8}" y="{y + 12}" text-anchor="end">{html.escape(name)}</text>'
                    f'<rect x="{left}" y="{y}" width="{length:.1f}" height="{bar}" class="{kind}"/>'
                    f'<text x="{left + length + 6:.1f}" y="{y + 12}">{html.escape(speed + ratio)}</text>')
        y += bar + gap
    m = results["machine"]
    head = f"Speed, longer is better · {m['processors']} processors, {m['processor']}"
    return (f'<svg xmlns="http://www.w3.org/2000/svg" width="{width}" height="{y + 20}" font-family="sans-serif" '
            f'font-size="12"><style>.ours{{fill:#2a7f62}}.theirs{{fill:#b9b9b9}}.limit{{fill:#e6dcc0}}'
            f'.job{{font-weight:bold}}</style>'
            f'<rect width="100%" height="100%" fill="white"/><text x="10" y="24" font-size="14">{html.escape(head)}</text>'
            + "\n".join(rows) + "</svg>\n")


def main():
    results_path, kernels_path, folder = sys.argv[1:]
    with open(results_path) as f:
        results = json.load(f)
    with open(kernels_path) as f:
        kernels = json.load(f)
    with open(os.path.join(folder, "RESULTS.md"), "w") as f:
        f.write("\n".join(markdown(results, kernels)) + "\n")
    with open(os.path.join(folder, "results.svg"), "w") as f:
        f.write(svg(results))
    with open(os.path.join(folder, "integrals.svg"), "w") as f:
        f.write(integral_svg(results))


if __name__ == "__main__":
    main()
