#!/usr/bin/env python3
"""Records what the Nexmark queries must give: DuckDB's answers, and those of a matcher by brute force for the row patterns.

    Scripts/record-nexmark.py STREAMSQL > Tests/EngineTests/Nexmark/expected.txt

STREAMSQL makes the events (the generator is seeded); the answers are DuckDB's alone. For each query: its name, the number of
rows, a hash of the sorted rows, and the first rows of them. Needs the Python package duckdb; the tests do not.
"""
import os, subprocess, sys, tempfile

import duckdb

PROGRAM = sys.argv[1]
HERE = os.path.dirname(os.path.dirname(os.path.abspath(__file__)))
EXAMPLE = os.path.join(HERE, "examples/10-nexmark")
VARIABLES = {"TPS": "100", "EVENTS_NUM": "3000", "NEXMARK_TABLE": "datagen"}
SHOWN = 3


def events(folder):
    defines = [part for name, value in VARIABLES.items() for part in ("-D", f"{name}={value}")]
    for view in ("person", "auction", "bid"):
        with open(f"{folder}/{view}.csv", "w") as out:
            subprocess.run([PROGRAM, "-m", "csv", *defines, "-f", f"{EXAMPLE}/ddl.sql", "-c", f"SELECT * FROM {view}"], stdout=out, check=True)


def tumble(seconds, time='"dateTime"'):
    return f"time_bucket(INTERVAL {seconds} SECOND, {time}, TIMESTAMP '1970-01-01')"


HOP = """SELECT auction, w AS s, count(*) AS num FROM (SELECT auction, unnest(generate_series(
    time_bucket(INTERVAL 2 SECOND, "dateTime", TIMESTAMP '1970-01-01') - INTERVAL 8 SECOND,
    time_bucket(INTERVAL 2 SECOND, "dateTime", TIMESTAMP '1970-01-01'), INTERVAL 2 SECOND)) AS w FROM bid) GROUP BY ALL"""
RANKS = ["price < 10000", "price >= 10000 AND price < 1000000", "price >= 1000000"]


def counts(what):
    return ", ".join([f"count({what})"] + [f"count({what}) FILTER (WHERE {rank})" for rank in RANKS])


DISTINCT = ", ".join([counts("*"), counts("DISTINCT bidder"), counts("DISTINCT auction")])
DUCKDB = {
    "q0": 'SELECT auction, bidder, price, "dateTime", extra FROM bid',
    "q1": 'SELECT auction, bidder, CAST(price AS DECIMAL(20, 0)) * 0.908, "dateTime", extra FROM bid',
    "q2": "SELECT auction, price FROM bid WHERE auction % 123 = 0",
    "q3": "SELECT name, city, state, auction.id FROM auction, person WHERE seller = person.id AND category = 10 AND state IN ('OR', 'ID', 'CA')",
    "q4": """SELECT category, CAST(trunc(avg(m)) AS BIGINT) FROM (SELECT a.id, category, max(price) AS m FROM auction a, bid b
        WHERE a.id = b.auction AND b."dateTime" BETWEEN a."dateTime" AND expires GROUP BY ALL) GROUP BY category""",
    "q5": f"SELECT auction, num FROM (SELECT *, max(num) OVER (PARTITION BY s) AS most FROM ({HOP})) WHERE num = most",
    "q7": f"""SELECT auction, bidder, price, "dateTime", extra FROM bid, (SELECT {tumble(10)} AS s, max(price) AS most FROM bid GROUP BY 1)
        WHERE price = most AND "dateTime" BETWEEN s AND s + INTERVAL 10 SECOND""",
    "q8": f"""SELECT DISTINCT p.id, name, p.s FROM (SELECT *, {tumble(10)} AS s FROM person) p,
        (SELECT *, {tumble(10)} AS s FROM auction) a WHERE p.id = seller AND p.s = a.s""",
    "q9": """SELECT a.id, "itemName", seller, category, auction, bidder, price, b."dateTime" FROM auction a, bid b
        WHERE a.id = b.auction AND b."dateTime" BETWEEN a."dateTime" AND expires
        QUALIFY row_number() OVER (PARTITION BY a.id ORDER BY price DESC, b."dateTime") = 1""",
    "q11": """SELECT bidder, count(*), min("dateTime"), max("dateTime") + INTERVAL 10 SECOND FROM (
        SELECT bidder, "dateTime", sum(fresh) OVER (PARTITION BY bidder ORDER BY "dateTime" ROWS UNBOUNDED PRECEDING) AS n FROM (
        SELECT *, coalesce(CAST("dateTime" - lag("dateTime") OVER (PARTITION BY bidder ORDER BY "dateTime") > INTERVAL 10 SECOND AS INT), 1)
        AS fresh FROM bid)) GROUP BY bidder, n""",
    "q12": "SELECT bidder, count(*) FROM bid GROUP BY bidder",
    "q13": """SELECT auction, bidder, price, "dateTime", 'value ' || (auction % 10000) FROM bid WHERE auction % 10000 < 1020""",
    "q14": """SELECT auction, bidder, CAST(price AS DECIMAL(20, 0)) * 0.908, CASE WHEN hour("dateTime") BETWEEN 8 AND 18 THEN 'dayTime'
        WHEN hour("dateTime") <= 6 OR hour("dateTime") >= 20 THEN 'nightTime' ELSE 'otherTime' END, "dateTime", extra,
        length(extra) - length(replace(extra, 'c', '')) FROM bid WHERE price * 0.908 > 1000000 AND price * 0.908 < 50000000""",
    "q15": f"""SELECT strftime("dateTime", '%Y-%m-%d'), {DISTINCT} FROM bid GROUP BY 1""",
    "q16": f"""SELECT channel, strftime("dateTime", '%Y-%m-%d'), max(strftime("dateTime", '%H:%M')), {DISTINCT} FROM bid GROUP BY 1, 2""",
    "q17": f"""SELECT auction, strftime("dateTime", '%Y-%m-%d'), {counts('*')}, min(price), max(price), CAST(trunc(avg(price)) AS BIGINT),
        CAST(sum(price) AS BIGINT) FROM bid GROUP BY 1, 2""",
    "q18": """SELECT * FROM bid QUALIFY row_number() OVER (PARTITION BY bidder, auction ORDER BY "dateTime" DESC) = 1""",
    "q19": "SELECT * EXCLUDE (n), row_number() OVER (PARTITION BY auction ORDER BY price DESC, n) AS r FROM (SELECT *, row_number() OVER () AS n FROM bid) QUALIFY r <= 10",
    "q20": """SELECT auction, bidder, price, channel, url, b."dateTime", "itemName", expires, seller, category FROM bid b, auction a
        WHERE auction = a.id AND category = 10""",
    # Spark's regexp_extract gives '' where Flink gives NULL, so nothing is left out.
    "q21": """SELECT auction, bidder, price, channel, CASE lower(channel) WHEN 'apple' THEN '0' WHEN 'google' THEN '1' WHEN 'facebook' THEN '2'
        WHEN 'baidu' THEN '3' ELSE regexp_extract(url, '(&|^)channel_id=([^&]*)', 2) END FROM bid""",
    "q22": "SELECT auction, bidder, price, channel, split_part(url, '/', 4), split_part(url, '/', 5), split_part(url, '/', 6) FROM bid",
    "q23": """SELECT bidder, price, p.id, name, city, "itemName", seller, category FROM bid, person p, auction a WHERE p.id = bidder AND seller = bidder""",
}


def matches(rows, search, past_last):
    """All matches of one partition: `search(rows, start)` gives the number of rows of the one at a start, or 0, and its output."""
    start = 0
    while start < len(rows):
        length, output, jump = search(rows, start)
        if length:
            yield output
        start += 1 if not length or not past_last else jump


def falls(rows, start):
    end = start + 1
    prices = [row[2] for row in rows]
    while end < len(rows) and prices[end] < prices[end - 1]:
        end += 1
    # PRICE_UP is compared with the last PRICE_DOWN but one; fewer of them are tried if the row behind does not rise.
    for up in range(end, start + 2, -1):
        if up < len(rows) and prices[up] > prices[up - 2]:
            return up - start + 1, (rows[start][3], rows[up - 1][3], rows[up][3]), up - start
    return 0, None, 1


def low(rows, start):
    total, end, ends = 0, start, []
    while end < len(rows) and (total + rows[end][2]) / (end - start + 1) < 10000:
        total += rows[end][2]
        end += 1
        ends.append((end, total))
    for end, total in reversed(ends):
        if end < len(rows):
            return end - start + 1, (rows[start][3], rows[end - 1][3], int(total / (end - start))), end - start + 1
    return 0, None, 1


def drop(rows, start):
    first, end = rows[start], start + 1
    while end < len(rows) and (rows[end][3] - first[3]).total_seconds() < 5:
        if rows[end][2] < first[2] - 50:
            return end - start + 1, (rows[end][3], first[2] - rows[end][2]), end - start + 1
        if not rows[end][2] > first[2] - 50:
            break
        end += 1
    return 0, None, 1


PATTERNS = {"cep0": (falls, True), "cep1": (low, True), "cep2": (low, False), "cep3": (drop, True)}


def patterns(db, name):
    search, past_last = PATTERNS[name]
    partitions = {}
    for row in db.execute('SELECT auction, bidder, price, "dateTime" FROM bid').fetchall():
        partitions.setdefault(row[:2], []).append(row)
    for key, rows in partitions.items():
        rows.sort(key=lambda row: row[3])
        for output in matches(rows, search, past_last):
            yield (*key, *output)


def text(value):
    if value is None:
        return "NULL"
    if hasattr(value, "isoformat"):
        whole = value.isoformat(sep=" ")
        return whole.rstrip("0") if "." in whole else whole
    return str(value)


def fnv(lines):
    value = 0xCBF29CE484222325
    for byte in "".join(line + "\n" for line in lines).encode():
        value = (value ^ byte) * 0x100000001B3 % 2**64
    return f"{value:016x}"


with tempfile.TemporaryDirectory() as folder:
    events(folder)
    db = duckdb.connect()
    for view in ("person", "auction", "bid"):
        db.execute(f"CREATE TABLE {view} AS SELECT * FROM read_csv('{folder}/{view}.csv', header = true)")
    for name in list(DUCKDB) + list(PATTERNS):
        rows = db.execute(DUCKDB[name]).fetchall() if name in DUCKDB else list(patterns(db, name))
        lines = sorted("\t".join(map(text, row)) for row in rows)
        print(f"{name} {len(lines)} {fnv(lines)}")
        for line in lines[:SHOWN]:
            print("  " + line)
