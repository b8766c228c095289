"""The four cases that people ask about in forums, a loop of pure computation, arrays (added; multiplied and summed), waiting for a
server, and writing files, with what Python has for them: a loop, a pool of threads, a pool of processes.

usage: pools.py CASE WAY N WORKERS ARGUMENT       CASE cpu|add|dot|wait|write, WAY loop|threads|processes
       pools.py task CASE VALUE ARGUMENT          one task, for programs that start a process for each
Prints the seconds of the work, without imports and without starting the pool.
"""
import multiprocessing
import os
import socket
import sys
import time
from multiprocessing.pool import ThreadPool


def cpu(value, _):
    total = 0
    for i in range(2_000_000):
        total += i * i % (value + 2)
    return total


def wait(value, port):
    with socket.create_connection(("127.0.0.1", int(port))) as connection:
        connection.sendall(b"GET /%d HTTP/1.0\r\n\r\n" % value)
        return len(connection.makefile("rb").read())


def write(value, folder):
    with open(os.path.join(folder, str(value)), "wb") as f:
        f.write(bytes(8_000_000))
        os.fsync(f.fileno())


def pieces(file, n):
    import numpy as np
    size = len(np.load(file, mmap_mode="r"))
    return [(file, i * size // n, (i + 1) * size // n) for i in range(n)]


def add(piece, other):
    import numpy as np
    file, begin, end = piece
    return float((np.load(file, mmap_mode="r")[begin:end] + np.load(other, mmap_mode="r")[begin:end]).sum())


def dot(piece, other):
    import numpy as np
    file, begin, end = piece
    return float(np.dot(np.load(file, mmap_mode="r")[begin:end], np.load(other, mmap_mode="r")[begin:end]))


CASES = {"cpu": cpu, "wait": wait, "write": write, "add": add, "dot": dot}


def main():
    if sys.argv[1] == "task":
        print(CASES[sys.argv[2]](int(sys.argv[3]), sys.argv[4]))
        return
    case, way, n, workers, argument = sys.argv[1], sys.argv[2], int(sys.argv[3]), int(sys.argv[4]), sys.argv[5]
    function, values = CASES[case], range(n)
    if case in ("add", "dot"):
        file, argument = argument.split(",")
        values = pieces(file, 1 if way == "loop" else workers)
        import numpy  # noqa: F401, before the clock starts
    calls = [(value, argument) for value in values]
    pool = {"loop": lambda _: None, "threads": ThreadPool, "processes": multiprocessing.Pool}[way](workers)
    if pool:
        pool.starmap(max, [(1, 2)] * workers)
    begin = time.perf_counter()
    if pool:
        pool.starmap(function, calls, chunksize=1)
    else:
        for value, other in calls:
            function(value, other)
    print(time.perf_counter() - begin)
    if pool:
        pool.terminate()


if __name__ == "__main__":
    main()
