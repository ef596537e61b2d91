streamsql -D PORT=$PORT -f query.sql
