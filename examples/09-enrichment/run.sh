streamsql -m csv -f query.sql < orders.jsonl
cat unknown.csv
