MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND coalesce(r.credentials, '') <> ''
WITH c, s, r.application AS application, coalesce(r.credentials, '') AS credentials, sum(r.conversations) AS conversations, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN c.context AS client_context, c.address AS client, s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port,
       application, credentials, conversations, first, last - duration({nanoseconds: 1}) AS last
ORDER BY client_context, client, server_context, server, transport, port, application, credentials
