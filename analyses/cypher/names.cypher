MATCH (e:Endpoint)-[r:KNOWN_AS]->(n:Name) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
RETURN e.id AS endpoint, n.name AS name, r.evidence AS evidence, sum(r.count) AS count
ORDER BY endpoint, name, evidence
