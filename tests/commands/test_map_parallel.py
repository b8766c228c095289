"""map beside GNU parallel: the examples of its manual and tutorial for input sources, replacement strings and quoting,
run in both; and values that no shell should get to see."""
import os
import random
import shutil
import subprocess

import pytest

from support import MPIEXEC, PROGRAM

# Files of GNU parallel's tutorial.
FILES = {
    "abc-file": "A\nB\nC\n", "def-file": "D\nE\nF\n", "abc0-file": "A\0B\0C\0",
    "tsv-file.tsv": "f1\tf2\nA\tB\nC\tD\n", "num8": "".join(f"{i}\n" for i in range(1, 9)),
    "cmd-file": "echo one\necho two; echo three\nls abc-file\n", "empty-lines": "a\n\nb\n", "no-end": "a\nb",
    "csv": "1,2\n3,4\n", "spaces": "a  b\nc d\n", "pairs": "a:1|b\nc:2|d\n",
}

EXAMPLES = [
    # input sources
    "echo ::: A B C", "-a abc-file echo", "echo < abc-file", "echo ::: A B C ::: D E F", "-a abc-file -a def-file echo",
    "echo :::: abc-file def-file", "echo ::: A B C :::: def-file", "echo :::: abc-file ::: D E F",
    "-a - -a def-file echo < abc-file", "-0 echo < abc0-file", "--null echo < abc0-file", "< cmd-file",
    "::: 'echo foo' pwd 'echo a; echo b'", "echo '[{}]' < empty-lines", "echo < no-end",
    # replacement strings
    "echo {} ::: A/B.C", "echo {.} ::: A/B.C", "echo {/} ::: A/B.C", "echo {//} ::: A/B.C", "echo {/.} ::: A/B.C",
    "echo {#} ::: A B C", "echo {1} and {2} ::: A B ::: C D",
    "echo /={1/} //={1//} /.={1/.} .={1.} ::: A/B.C D/E.F",
    "echo 1={1} 2={2} 3={3} -1={-1} -2={-2} -3={-3} ::: A B ::: C D ::: E F",
    "echo {.} {/} {//} {/.} ::: foo bar/ /abs/x.tar.gz ./y a.b/c . .. .hidden x. / a//b",
    "echo {#}:{} ::: a b c", "echo {} {} {1} ::: x y", "echo {2} {1} ::: A B ::: C D", "echo a{}b ::: x y",
    # several values
    r"--colsep '\t' echo 1={1} 2={2} :::: tsv-file.tsv", "--colsep , echo {2}-{1} < csv", "-C , echo {2}-{1} < csv",
    "--colsep ' +' echo {1}/{2} < spaces", "--colsep ' ' echo {1}/{2}/{3} < spaces",
    "--colsep '[:|]' echo {3}{2}{1} < pairs", "--colsep , echo < csv", "--colsep , echo {1} {2} ::: a,b c,d",
    "-N3 echo 1={1} 2={2} 3={3} ::: A B C D E F G H", "-n 3 echo ::: A B C D E F G", "-n2 echo pre{}post ::: 1 2 3",
    "--max-args 2 echo {2}{1} ::: a b c d",
    # commands
    "'echo {}; echo second {}' ::: a b", "'echo {} | tr a-z A-Z' ::: abc def", "'x={}; echo $x $x' ::: a 'b c'",
    "'if [ {} = b ]; then echo is b; else echo not; fi' ::: a b c", "'for i in 1 2; do echo $i {}; done' ::: a b",
    "'cat < {}' ::: abc-file def-file", "'wc -l < {} | tr -d \" \"' ::: abc-file", "\"awk '{print \\$1}' {}\" ::: csv abc-file",
    "'(echo {}; echo sub)' ::: a", "'echo $(echo {})' ::: a 'b  c'", "'true && echo {} || echo no' ::: a",
    "'echo {1}{2} > out-{1}; cat out-{1}' ::: q r ::: 's t'", "'printf \"%s\\n\" {}' ::: 'a b' c",
    # quoting
    "echo ::: 'a b' 'c  d' \"it's\" '$HOME' '`id`' '$(id)' 'a;b' 'a|b' '*' '?' '~' '#x' '!' '\\' '\"' '<' '>' '&' 'a=b'",
    "'echo {} end' ::: 'a b' 'c  d' \"it's\" '$HOME' '`id`' '$(id)' 'a;b' 'a|b' '*' '?' '~' '#x' '!' '\"' '<' '>' '&'",
    "echo ::: '' a ''", "'echo [{}]' ::: '' ' ' '  a '", "printf %s, {} ::: -n -e --help -", "echo ::: 'ü' '日本' '😀 x'",
    "perl -e \"'print \\\"@ARGV\\n\\\"'\" {} ::: 'a b' \"c'd\"",
]


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    path = tmp_path_factory.mktemp("tutorial")
    for name, text in FILES.items():
        (path / name).write_text(text)
    return path


def output(command, folder):
    done = subprocess.run(["sh", "-c", command], cwd=folder, capture_output=True, timeout=60, stdin=subprocess.DEVNULL,
                          env={**os.environ, "HOME": str(folder), "PARALLEL_SHELL": "/bin/sh", "LC_ALL": "C.UTF-8"})
    return done.stdout


def test_examples_of_gnu_parallel(folder):
    if shutil.which("parallel") is None:
        pytest.skip("GNU parallel is not installed")
    different = {}
    for example in EXAMPLES:
        theirs = output(f"parallel -k {example}", folder)
        ours = output(f"{PROGRAM} map -k {example}", folder)
        if ours != theirs or theirs == b"":
            different[example] = (ours, theirs)
    assert different == {}


HOSTILE = [
    "a b", " leading", "trailing ", "  ", "it's", "''", "'''", '"', '""', "\"'\"'", "$(touch pwned)", "`touch pwned`",
    "$HOME", "${HOME}", "; touch pwned", "| touch pwned", "& touch pwned", "&& touch pwned", "> pwned", "$(touch pwned",
    "'; touch pwned; '", "\"; touch pwned; \"", "')touch pwned('", "\\", "\\\\", "a\\nb", "\\'", "'\\''", "*", "?", "[a-z]",
    "~", "~root", "#", "# x", "!", "!!", "^a^b", "{}", "{1}", "{.}", "{", "}", "{a,b}", "%", "%s%n", "-", "-n", "--help", "-rf",
    "--", ":::", "=", "a=b", "\t", "a\tb", "\r", "a\rb", "\x01", "\x1b[31m", "\x7f", "ü", "日本語", "😀", "\u202e", "\xa0",
    "if", "while", "function", "a\nb", "\n", "a\n", "\n\n", "x\n# y", "\n; touch pwned", "'\n'", "\"\n\"", "$'\\n'", "<<EOF",
    "x" * 100_000, " " * 100_000, "'" * 100_000, "\"" * 50_000, "\\" * 50_000, "$" * 50_000, "\n" * 50_000, "ü" * 50_000,
]


def drawn_values(count, seed):
    rng = random.Random(seed)
    alphabet = "ab'\"\\$`();|&<>*?[]{}#~!%=-+., \t\nü😀"
    return ["".join(rng.choice(alphabet) for _ in range(rng.randrange(1, 12))) for _ in range(count)]


# How a value gets to a program, and what the program should see of it.
TEMPLATES = [
    "./arguments {}",                           # without a shell
    "./arguments x{}y",
    "./arguments {}; true",                     # with one
    "./arguments x{}y # comment",
    "v={}; ./arguments \"$v\"",
    "echo \"$(./arguments {} | base64)\" | base64 -d",
    "for v in {}; do ./arguments \"$v\"; done",
    "sh -c './arguments \"$1\"' sh {}",         # the shell of a shell
]


@pytest.fixture(scope="module")
def arguments(tmp_path_factory):
    path = tmp_path_factory.mktemp("hostile")
    program = path / "arguments"
    program.write_text("#!/bin/sh\nprintf '%s\\0' \"$@\"\n")
    program.chmod(0o755)
    return path


def received(folder, template, values, ranks=None):
    launcher = [MPIEXEC, "-n", str(ranks)] if ranks else []
    done = subprocess.run([*launcher, PROGRAM, "map", "-k", "-0", "-j", "4", template], cwd=folder, capture_output=True,
                          input=b"".join(value.encode("utf-8", "surrogateescape") + b"\0" for value in values),
                          timeout=300)
    assert done.returncode == 0, done.stderr[-2000:]
    assert sorted(os.listdir(folder)) == ["arguments"]  # nothing was run
    return done.stdout.decode("utf-8", "surrogateescape").split("\0")[:-1]


@pytest.mark.parametrize("template", TEMPLATES)
def test_hostile_values_arrive_unharmed(arguments, template):
    values = HOSTILE + drawn_values(300, seed=1)
    before, after = ("x" if "x{}" in template else ""), ("y" if "{}y" in template else "")
    assert received(arguments, template, values) == [before + value + after for value in values]


def test_bytes_that_are_no_text_arrive_unharmed(arguments):
    values = [bytes([b]).decode("utf-8", "surrogateescape") for b in range(1, 256)]
    for ranks in [None, 3]:
        assert received(arguments, "./arguments {}", values, ranks) == values
        assert received(arguments, "./arguments {}; true", values, ranks) == values


def test_places_where_nothing_can_be_quoted(arguments):
    for template in ["echo `echo {}`", "echo # {}", "cat <<E\n{}\nE", "echo ${x:-{}}", "echo $(({} + 1))",
                     "echo \"`echo {}`\"", "echo \"${x:-'{}'}\"", "x=$(case a in a) echo '{}';; esac)"]:
        bad = subprocess.run([PROGRAM, "map", template, ":::", "$(touch pwned)"], cwd=arguments, capture_output=True)
        assert bad.returncode == 2 and b"cannot be put between quotes" in bad.stderr, template
        good = subprocess.run([PROGRAM, "map", template, ":::", "7"], cwd=arguments, capture_output=True)
        assert good.returncode == 0, template
    assert os.listdir(arguments) == ["arguments"]
