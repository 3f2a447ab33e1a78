MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH s, c, r ORDER BY r.application
WITH s, collect(DISTINCT r.application) AS applications, collect(DISTINCT coalesce(r.server_names, [])) AS asked, count(DISTINCT c) AS clients,
     sum(r.conversations) AS conversations, sum(r.established) AS established, sum(r.bytes_up + r.bytes_down) AS bytes,
     min(r.valid_from) AS first, max(r.valid_to) AS last
WHERE established = 0
UNWIND CASE WHEN all(l IN asked WHERE size(l) = 0) THEN [null] ELSE reduce(names = [], l IN asked | names + l) END AS name
WITH s, applications, clients, conversations, established, bytes, first, last, name ORDER BY name
WITH s, applications, clients, conversations, established, bytes, first, last, collect(DISTINCT name)[..16] AS names
RETURN s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port, applications, names, clients, conversations,
       established, bytes, first, last - duration({nanoseconds: 1}) AS last
ORDER BY server_context, server, transport, port
