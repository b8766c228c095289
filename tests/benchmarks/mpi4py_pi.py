"""π as every introduction to mpi4py has it: each rank counts hits of its own points, rank 0 adds them up."""
import json
import time

import numpy as np
from mpi4py import MPI

comm = MPI.COMM_WORLD
n, rounds = 10**6, 40
random = np.random.default_rng(comm.rank)
comm.Barrier()
start = time.perf_counter()
hits = 0
for _ in range(rounds):
    x, y = random.random(n), random.random(n)
    hits += int(np.count_nonzero(x * x + y * y < 1.0))
hits = comm.reduce(hits, root=0)
if comm.rank == 0:
    samples = n * rounds * comm.size
    print(json.dumps({"seconds": time.perf_counter() - start, "answer": [4.0 * hits / samples], "samples": samples}))
