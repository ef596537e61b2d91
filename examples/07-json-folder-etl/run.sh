gzip events/a.json
touch -d 2024-03-01T10:00 events/a.json.gz
streamsql -m table -f query.sql
ls clean | wc -l
