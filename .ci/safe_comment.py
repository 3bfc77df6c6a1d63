#!/usr/bin/env python3
"""Makes a report safe to be posted: standard input to standard output.

`spec-review-comment.yml` posts what the run of a pull request has uploaded, and that may be anything. A line
in the form of a report is not changed; any other line is put into code, where GitHub makes no mentions,
links nothing and loads nothing. `python3 -m doctest .ci/safe_comment.py` tests this file.

>>> print(safe("| the bound of `limit` | `GET /a\\|b` | major | 1 → 2 |"))
| the bound of `limit` | `GET /a\\|b` | major | 1 → 2 |
>>> print(safe("Hello @all, see ![x](https://e.example/x.png)"))
` Hello @all, see ![x](https://e.example/x.png) `
>>> for line in ["www.e.example", "a GH-1", "#1", "<img src=x>", "`a` @b", "`a", "[a]: b", ":+1:", "a_b_"]:
...     print(safe(line))
` www.e.example `
` a GH-1 `
` #1 `
` <img src=x> `
`` `a` @b ``
`` `a ``
` [a]: b `
` :+1: `
` a_b_ `

A table splits its lines before code is looked for, and HTML ends with an empty line only.

>>> print(safe("`a|@all ` \\n| --- | --- |"))
`a|@all ` 
<BLANKLINE>
| --- | --- |
>>> print(safe("| `a|@all ` |"))
| `a\\|@all ` |
>>> print(safe("<details>\\n`<img src=x>`"))
<details>
<BLANKLINE>
`<img src=x>`
>>> print(safe("<details>\\n~~~~diff\\n+ a\\n   ~~~~~\\n<img src=x>\\n~~~~\\n@all"))
<details>
<BLANKLINE>
~~~~diff
+ a
   -----
<img src=x>
~~~~
<BLANKLINE>
` @all `

Long reports are cut between lines, and say so.

>>> long = bounded(b"`@all`\\n" * 10_000)
>>> long.startswith(CUT), long.splitlines()[-1]
(True, '`` `@a ``')
>>> long = bounded(b"<b>\\n" * 14_000)
>>> long.startswith(CUT), long.endswith("` <b> `\\n"), len(long) <= 65_000
(True, True, True)
>>> bounded(b"`" * 60_000) == CUT
True
>>> bounded(b"Nothing else.\\n")
'Nothing else.\\n'
"""

import re
import sys
import unicodedata

CODE = re.compile(r"(?<!`)(`+)(?!`)(.+?)(?<!`)\1(?!`)")
# Words, numbers and days, with what may follow or go before them.
WORDS = re.compile(
    r"(?:[^\W_]|['→ ]|(?<=[^\W\d_])-(?=[^\W\d_])|(?<=\d)[-.](?=\d)|[,.;:)]+(?= |$)|(?:(?<= )|^)\()*"
)
HTML = re.compile(r"</?details>|<summary>[A-Za-z ,:]+</summary>")
RULE = re.compile(r"\|(?: --- \|)+")
FENCE = ("~~~~diff", "~~~~")
LONGEST = 4000
# A comment has at most 65536 characters. Putting words into code makes a report longer.
MOST_READ = 60_000
MOST_WRITTEN = 64_000
CUT = "Cut at its end; the summary of the job has the rest.\n\n"


def is_report(line):
    """Whether a line of text has only code, words, and what a report puts around them."""
    text = re.sub(r"^(?:#{2,3} |- )", "", CODE.sub("x", line))
    if len(text) > 4 and text.startswith("**") and text.endswith("**"):
        text = text[2:-2]
    return WORDS.fullmatch(text) is not None


def in_code(line):
    longest = max(map(len, re.findall("`+", line)), default=0)
    fence = "`" * (longest + 1)
    return f"{fence} {line} {fence}"


def kind_of(line):
    """The kind of a line, and the line as it is posted."""
    if not line.strip():
        return "", ""
    # No line of a report is this long, and looking for code in one takes the square of its length.
    if len(line) > LONGEST:
        return "text", in_code(line)
    if HTML.fullmatch(line):
        return "html", line
    if line.startswith("|"):
        # A bar in code ends a cell unless it is escaped.
        line = CODE.sub(lambda code: code[0].replace("\\|", "|").replace("|", "\\|"), line)
        cells = CODE.sub("x", line).split("|")
        if RULE.fullmatch(line) or all(WORDS.fullmatch(cell) for cell in cells):
            return "table", line
        return "text", in_code(line)
    return "text", line if is_report(line) else in_code(line)


def safe(report):
    # A line ends where Markdown ends one; what else controls or reorders text goes.
    report = report.replace("\r\n", "\n").replace("\r", "\n")
    report = "".join(
        letter for letter in report if letter == "\n" or unicodedata.category(letter) not in ("Cc", "Cf", "Zl", "Zp")
    )
    lines, last, fenced = [], "", False
    for line in report.split("\n"):
        if fenced:
            fenced = line != FENCE[1]
            # Nothing else may look like the end of it.
            lines.append(line.replace("~", "-") if fenced else line)
            last = "fence"
            continue
        fenced = line == FENCE[0]
        kind, line = ("fence", line) if fenced else kind_of(line)
        if last and kind and kind != last:
            lines.append("")
        lines.append(line)
        last = kind
    if fenced:
        lines.append(FENCE[1])
    return "\n".join(lines)


def bounded(report):
    """The report as it is posted. It is cut between lines: half a line may end inside of code."""
    text = safe(report.decode(errors="ignore")[:MOST_READ])
    is_cut = len(report) > MOST_READ or len(text) > MOST_WRITTEN
    if len(text) > MOST_WRITTEN:
        text = text[: text.rfind("\n", 0, MOST_WRITTEN) + 1]
    # Above it, since the end may be inside of a fold.
    return (CUT if is_cut else "") + text


if __name__ == "__main__":
    sys.stdout.reconfigure(encoding="utf-8")
    sys.stdout.write(bounded(sys.stdin.buffer.read(MOST_READ + 1)))
