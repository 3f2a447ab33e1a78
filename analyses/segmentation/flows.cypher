MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c, s, r ORDER BY r.id
WITH c, s, r.application AS application, coalesce(r.client_vlan, '') AS client_vlan, coalesce(r.server_vlan, '') AS server_vlan, coalesce(r.tunnel, '') AS tunnel, coalesce(r.parent, '') AS parent,
     max(coalesce(r.carries, '')) AS carries, min(r.certainty) AS certainty, sum(r.conversations) AS conversations, sum(r.established) AS established, sum(coalesce(r.refused, 0)) AS refused,
     sum(coalesce(r.refused_foreign, 0)) AS refused_foreign, sum(coalesce(r.prohibited, 0)) AS prohibited, sum(coalesce(r.unreachable, 0)) AS unreachable, sum(coalesce(r.unanswered, 0)) AS unanswered,
     sum(coalesce(r.one_way, 0)) AS one_way, sum(coalesce(r.reached, 0)) AS reached, sum(r.bytes_up + r.bytes_down) AS bytes, sum(r.packets_up) AS packets_up,
     sum(r.packets_down) AS packets_down, min(r.valid_from) AS first, max(r.valid_to) AS last,
     collect(coalesce(r.blocked_by, [])) AS blockers, collect(r.evidence) AS witnesses
RETURN c.id AS client, c.context AS client_context, c.address AS client_address, s.id AS service, s.endpoint AS server, s.context AS server_context,
       s.address AS server_address, s.transport AS transport, s.port AS port, application, client_vlan, server_vlan, tunnel, parent, carries, certainty,
       conversations, established, refused, refused_foreign, prohibited, unreachable, unanswered, one_way, reached, bytes, packets_up, packets_down,
       first, last - duration({nanoseconds: 1}) AS last,
       reduce(all = [], l IN blockers | all + [x IN l WHERE NOT x IN all])[..8] AS blocked_by,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY client, service, application, client_vlan, server_vlan, tunnel, parent
