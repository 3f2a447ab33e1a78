MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c, s, r ORDER BY r.id
UNWIND [['up', coalesce(r.ecn_up, [])], ['down', coalesce(r.ecn_down, [])]] AS d
WITH c, s, r, d WHERE size(d[1]) = 4
WITH c, s, r.application AS application, d[0] AS direction, sum(d[1][1] + d[1][2]) AS ect, sum(d[1][3]) AS ce,
     min(r.valid_from) AS first, max(r.valid_to) AS last, collect(r.evidence) AS witnesses
WITH c, s, application, direction, ect, ce, first, last, witnesses WHERE ce > 0
RETURN c.id AS client, c.address AS client_address, s.id AS service, s.endpoint AS server, s.address AS server_address, s.transport AS transport, s.port AS port,
       application, direction, ect, ce, first, last - duration({nanoseconds: 1}) AS last,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY client, service, application, direction
