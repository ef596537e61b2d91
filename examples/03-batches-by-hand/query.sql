CREATE STREAM lines (value STRING) USING memory;
CREATE TEMP VIEW words AS SELECT explode(split(value, ' ')) AS word FROM lines;

START QUERY per_batch INTO console OPTIONS (format 'jsonl') AS
  SELECT 'per batch' AS kind, word, count(*) AS count FROM words GROUP BY batch(), word;

INSERT INTO lines VALUES ('green green green blue blue blue blue blue');
PROCESS;
INSERT INTO lines VALUES ('gohawks');
PROCESS;
INSERT INTO lines VALUES ('green green');
PROCESS;
STOP QUERY per_batch;

START QUERY running INTO console OPTIONS (format 'jsonl') AS
  SELECT 'running' AS kind, word, count(*) AS count FROM words GROUP BY word
  OUTPUT MODE UPDATE;
