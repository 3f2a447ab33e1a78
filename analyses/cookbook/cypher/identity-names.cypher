MATCH (e:Endpoint {address: $address})-[r:KNOWN_AS]->(n:Name)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH e, n, r.evidence AS evidence, sum(r.count) AS count, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN e.context AS context, e.address AS address, n.name AS name, evidence, count, first, last - duration({nanoseconds: 1}) AS last
ORDER BY context, name, evidence
