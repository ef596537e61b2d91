CREATE STREAM lines (value STRING) USING memory;
CREATE STREAM more (value STRING) USING memory;
CREATE STREAM colours (word STRING, colour STRING) USING memory;

-- flatMap(split), map((word, 1)), filter, union: views over a stream are streams.
CREATE TEMP VIEW words AS SELECT explode(split(value, ' ')) AS word FROM lines;
CREATE TEMP VIEW pairs AS SELECT word, 1 AS one FROM words WHERE word <> '';
CREATE TEMP VIEW both_inputs AS SELECT value FROM lines UNION ALL SELECT value FROM more;

-- One query after the other, so that their rows do not mix.
INSERT INTO lines VALUES ('to be or not to be');
INSERT INTO lines VALUES ('that is the question  that');
INSERT INTO more VALUES ('from the other input');
INSERT INTO colours VALUES ('be', 'green'), ('not', 'red'), ('maybe', 'grey');

-- map, filter
START QUERY mapped INTO console OPTIONS (format 'jsonl') AS SELECT 'map, filter' AS op, upper(word) AS word FROM pairs WHERE length(word) > 2;
PROCESS;
STOP QUERY mapped;

-- union, and transform: any SQL over a batch
START QUERY united INTO console OPTIONS (format 'jsonl') AS SELECT 'union' AS op, value FROM both_inputs;
PROCESS;
STOP QUERY united;

-- count, reduce
START QUERY counted INTO console OPTIONS (format 'jsonl') AS
  SELECT 'count, reduce' AS op, count(*) AS count, max(length(word)) AS longest FROM pairs GROUP BY batch();
PROCESS;
STOP QUERY counted;

-- countByValue, reduceByKey; the hint is repartition
START QUERY by_key INTO console OPTIONS (format 'jsonl') AS
  SELECT /*+ REPARTITION(2) */ 'reduceByKey' AS op, word, sum(one) AS count FROM pairs GROUP BY batch(), word;
PROCESS;
STOP QUERY by_key;

-- join: the pairs of one batch
START QUERY joined INTO console OPTIONS (format 'jsonl') AS
  SELECT 'join' AS op, a.word, a.n, b.colour
  FROM (SELECT batch() AS b, word, count(*) AS n FROM pairs GROUP BY batch(), word) a
  JOIN (SELECT batch() AS b, word, colour FROM colours) b ON a.b = b.b AND a.word = b.word;
PROCESS;
STOP QUERY joined;

-- cogroup: all values of both sides by key
START QUERY cogrouped INTO console OPTIONS (format 'jsonl') AS
  SELECT 'cogroup' AS op, word, ones, colours
  FROM (SELECT batch() AS b, word, collect_list(one) AS ones FROM pairs GROUP BY batch(), word) a
  FULL JOIN (SELECT batch() AS b, word, collect_list(colour) AS colours FROM colours GROUP BY batch(), word) b USING (b, word);
PROCESS;
STOP QUERY cogrouped;
