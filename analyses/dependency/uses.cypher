MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c, s, r ORDER BY r.id
WITH c, s, r.application AS application, coalesce(r.parent, '') AS parent, max(r.certainty) AS certainty, collect(DISTINCT r.direction) AS directions,
     sum(r.conversations) AS conversations, sum(r.established) AS established, sum(coalesce(r.refused, 0) + coalesce(r.refused_foreign, 0)) AS refused,
     sum(coalesce(r.prohibited, 0)) AS prohibited, sum(coalesce(r.unreachable, 0)) AS unreachable, sum(coalesce(r.unanswered, 0)) AS unanswered, sum(coalesce(r.one_way, 0)) AS one_way,
     sum(r.packets_up) AS packets_up, sum(r.packets_down) AS packets_down, sum(r.bytes_up) AS bytes_up, sum(r.bytes_down) AS bytes_down, min(r.valid_from) AS first, max(r.valid_to) AS last,
     max(coalesce(r.credentials, '')) AS credentials, sum(coalesce(r.cleartext, 0)) AS cleartext, max(coalesce(r.certificate, '')) AS certificate, collect(coalesce(r.server_names, [])) AS names, collect(coalesce(r.versions, [])) AS versions,
     collect(r.starts) AS starts, collect(r.evidence) AS witnesses
RETURN c.id AS client, c.context AS client_context, c.address AS client_address, s.id AS service, s.endpoint AS server, s.context AS server_context,
       s.address AS server_address, s.transport AS transport, s.port AS port, application, parent, certainty, directions, conversations, established,
       refused, prohibited, unreachable, unanswered, one_way, packets_up, packets_down, bytes_up, bytes_down, first, last - duration({nanoseconds: 1}) AS last, credentials, cleartext, certificate,
       reduce(all = [], l IN names | all + [x IN l WHERE NOT x IN all])[..8] AS server_names,
       reduce(all = [], l IN versions | all + [x IN l WHERE NOT x IN all])[..8] AS versions,
       reduce(all = [], l IN starts | all + l)[..256] AS starts,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY client, service, application, parent
