MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c, s, r ORDER BY r.id
UNWIND [['up', coalesce(r.dscp_up, [])], ['down', coalesce(r.dscp_down, [])]] AS d
UNWIND range(0, size(d[1]) / 3 - 1) AS i
WITH c, s, r.application AS application, d[0] AS direction, d[1][3 * i] AS dscp, sum(d[1][3 * i + 1]) AS packets, sum(d[1][3 * i + 2]) AS bytes,
     min(r.valid_from) AS first, max(r.valid_to) AS last, collect(coalesce(r.server_names, [])) AS names, collect(r.evidence) AS witnesses
RETURN c.id AS client, c.address AS client_address, s.id AS service, s.endpoint AS server, s.address AS server_address, s.transport AS transport, s.port AS port,
       application, direction, dscp, packets, bytes, first, last - duration({nanoseconds: 1}) AS last,
       reduce(all = [], l IN names | all + [x IN l WHERE NOT x IN all])[..8] AS server_names,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY client, service, application, direction, dscp
