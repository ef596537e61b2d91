streamsql -f query.sql
