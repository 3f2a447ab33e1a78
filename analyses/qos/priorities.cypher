MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c, s, r ORDER BY r.id
UNWIND [['up', coalesce(r.pcp_up, [])], ['down', coalesce(r.pcp_down, [])]] AS d
UNWIND range(0, size(d[1]) - 1) AS pcp
WITH c, s, r, d, pcp WHERE d[1][pcp] > 0
RETURN c.id AS client, s.id AS service, r.application AS application, d[0] AS direction, pcp, sum(d[1][pcp]) AS packets
ORDER BY client, service, application, direction, pcp
