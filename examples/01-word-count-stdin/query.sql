SELECT word, count(*) AS count
FROM (SELECT explode(split(value, ' ')) AS word FROM stdin)
WHERE word <> ''
GROUP BY word
ORDER BY count DESC, word;
