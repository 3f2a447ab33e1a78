MATCH (a:Service)-[r:REQUIRES]->(b:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH a, b, sum(r.support) AS support, sum(r.parents) AS parents, max(r.confidence) AS confidence, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN a.id AS service, a.context AS context, a.address AS address, a.transport AS transport, a.port AS port,
       b.id AS needs, b.context AS needs_context, b.address AS needs_address, b.transport AS needs_transport, b.port AS needs_port,
       support, parents, confidence, first, last - duration({nanoseconds: 1}) AS last
ORDER BY service, needs
