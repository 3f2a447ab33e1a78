MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c, s, sum(r.conversations) AS conversations, sum(r.established) AS established, sum(coalesce(r.refused, 0) + coalesce(r.refused_foreign, 0)) AS refused,
     sum(coalesce(r.prohibited, 0)) AS prohibited, sum(coalesce(r.unreachable, 0)) AS unreachable, sum(coalesce(r.unanswered, 0)) AS unanswered, min(r.valid_from) AS first, max(r.valid_to) AS last
WITH *, refused + prohibited + unreachable + unanswered AS failed
WHERE failed > 0 AND failed >= $min
RETURN c.context AS client_context, c.address AS client, s.context AS server_context, s.address AS server, s.transport AS transport, s.port AS port,
       failed, conversations, established, refused, prohibited, unreachable, unanswered, first, last - duration({nanoseconds: 1}) AS last
ORDER BY failed DESC, client_context, client, server_context, server, transport, port
LIMIT $limit
