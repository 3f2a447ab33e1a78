MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND r.application = $application AND ($version = '' OR any(x IN coalesce(r.versions, []) WHERE x STARTS WITH $version))
WITH c, s, r ORDER BY r.application
WITH c, s, collect(DISTINCT r.application) AS applications, sum(r.conversations) AS conversations, sum(r.established) AS established,
     sum(r.bytes_up + r.bytes_down) AS bytes, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN c.context AS client_context, c.address AS client, s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port,
       applications, conversations, established, bytes, first, last - duration({nanoseconds: 1}) AS last
ORDER BY client_context, client, server_context, server, transport, port
