MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND r.established > 0 AND c.id <> s.endpoint
WITH c, s, sum(r.packets_up + r.packets_down) AS packets, sum(r.conversations) AS conversations, sum(r.bytes_up + r.bytes_down) AS bytes
MATCH (e:Endpoint {id: s.endpoint})
WITH CASE WHEN c.context < e.context OR c.context = e.context AND c.address < e.address THEN [c, e] ELSE [e, c] END AS pair,
     s, packets, conversations, bytes
WITH pair[0] AS a, pair[1] AS b, sum(packets) AS packets, sum(conversations) AS conversations, sum(bytes) AS bytes, count(DISTINCT s) AS services
RETURN a.context AS a_context, a.address AS a, b.context AS b_context, b.address AS b, packets, conversations, bytes, services
ORDER BY packets DESC, a_context, a, b_context, b
LIMIT $limit
