MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.established > 0
WITH c, s, r.application AS application, sum(r.conversations) AS conversations, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN c.id AS client, s.id AS service, s.context AS server_context, s.address AS server_address, s.transport AS transport, s.port AS port,
       application, conversations, first, last - duration({nanoseconds: 1}) AS last
ORDER BY client, service, application
