#!/usr/bin/env python3
"""Asks Spark for the answers in Tests/EngineTests/SparkParity/*.txt and writes them into the files.

usage: record-spark-parity.py FILE...   (needs pyspark 4.x and a JVM)

A line is an expression or a query, with or without `=> answer`; SET statements hold from there on, `--` begins a comment.
"""
import re
import sys

from pyspark.sql import SparkSession

QUERY = re.compile(r"(?i)(select|with|from|values)\b")


def session():
    spark = (
        SparkSession.builder.master("local[1]")
        .config("spark.ui.enabled", "false")
        .config("spark.sql.ansi.enabled", "true")
        .config("spark.sql.session.timeZone", "UTC")
        .config("spark.driver.extraJavaOptions", "-Duser.timezone=UTC")
        .config("spark.log.level", "OFF")
        .getOrCreate()
    )
    spark.sparkContext.setLogLevel("OFF")
    return spark


def answer(spark, text):
    try:
        frame = spark.sql(text if QUERY.match(text) else "SELECT " + text)
        types = ",".join(field.dataType.simpleString() for field in frame.schema)
        frame = frame.toDF(*[f"c{i}" for i in range(len(frame.columns))])
        rows = frame.selectExpr(*[f"cast({name} as string)" for name in frame.columns]).collect()
    except Exception as error:  # whatever Spark raises is the answer
        condition = error.getCondition() if hasattr(error, "getCondition") else None
        return "! " + (condition or str(error).split("\n")[0][:100])
    cells = ("\t".join("NULL" if cell is None else str(cell) for cell in row) for row in rows)
    return f"{types} | " + "; ".join(cells)


def main():
    spark = session()
    for path in sys.argv[1:]:
        lines = []
        with open(path, encoding="utf-8") as file:
            for line in file.read().splitlines():
                text = line.rsplit(" => ", 1)[0]
                if not text or text.startswith("--"):
                    lines.append(line)
                elif re.match(r"(?i)set\b", text):
                    spark.sql(text)
                    lines.append(line)
                else:
                    lines.append(f"{text} => {answer(spark, text)}")
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")


if __name__ == "__main__":
    main()
