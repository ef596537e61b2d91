streamsql --clock virtual -f query.sql
