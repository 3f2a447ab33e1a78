MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND r.established > 0
WITH s, c, r ORDER BY r.application
WITH s, collect(DISTINCT c) AS clients, collect(DISTINCT r.application) AS applications, sum(r.conversations) AS conversations,
     min(r.valid_from) AS first, max(r.valid_to) AS last
WHERE size(clients) = 1
WITH s, clients[0] AS c, applications, conversations, first, last
RETURN s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port, c.context AS client_context, c.address AS client,
       applications, conversations, first, last - duration({nanoseconds: 1}) AS last
ORDER BY server_context, server, transport, port
