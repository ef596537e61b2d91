CREATE STREAM lines USING socket OPTIONS (host 'localhost', port ${PORT});

START QUERY word_count INTO console AS
  SELECT word, count(*) AS count
  FROM (SELECT explode(split(value, ' ')) AS word FROM lines)
  GROUP BY word
  OUTPUT MODE COMPLETE;
