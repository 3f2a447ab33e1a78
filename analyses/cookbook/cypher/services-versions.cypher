MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND r.established > 0 AND ($application = '' OR r.application = $application)
UNWIND CASE WHEN size(coalesce(r.versions, [])) = 0 THEN [''] ELSE coalesce(r.versions, []) END AS version
WITH r.application AS application, version, s, count(DISTINCT c) AS clients, min(r.valid_from) AS first, max(r.valid_to) AS last
RETURN application, version, s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port, clients,
       first, last - duration({nanoseconds: 1}) AS last
ORDER BY application, version, server_context, server, transport, port
