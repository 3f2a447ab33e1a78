MATCH (e:Endpoint)-[r:IN_SUBNET]->(s:Subnet) WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
RETURN DISTINCT e.id AS endpoint, s.prefix AS prefix, r.why AS why
ORDER BY endpoint, prefix, why
