streamsql -f query.sql < input.txt
