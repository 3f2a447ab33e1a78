MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c, s, r ORDER BY r.id
WITH c, s, r.application AS application, r.application_evidence AS evidence_kind, coalesce(r.carries, '') AS carries, coalesce(r.tunnel, '') AS tunnel,
     sum(r.conversations) AS conversations, sum(r.bytes_up) AS bytes_up, sum(r.bytes_down) AS bytes_down, sum(r.packets_up + r.packets_down) AS packets,
     sum(coalesce(r.retransmitted, 0)) AS retransmitted, sum(coalesce(r.retransmitted_bytes, 0)) AS retransmitted_bytes, sum(coalesce(r.payload_up, 0) + coalesce(r.payload_down, 0)) AS payload,
     sum(coalesce(r.rtt_count, 0)) AS rtt_count, min(CASE WHEN coalesce(r.rtt_count, 0) > 0 THEN coalesce(r.rtt_min_ns, 0) END) AS rtt_min, collect(coalesce(r.rtt_buckets, [])) AS buckets, collect(r.points) AS places,
     min(r.valid_from) AS first, max(r.valid_to) AS last, collect(coalesce(r.server_names, [])) AS names, collect(r.evidence) AS witnesses
RETURN c.id AS client, s.id AS service, s.endpoint AS server, s.address AS server_address, s.transport AS transport, s.port AS port, application,
       evidence_kind, carries, tunnel, conversations, bytes_up, bytes_down, packets, retransmitted, retransmitted_bytes, payload,
       rtt_count, coalesce(rtt_min, 0) AS rtt_min_ns, reduce(all = [], l IN buckets | all + l) AS rtt_buckets, first,
       last - duration({nanoseconds: 1}) AS last, reduce(all = [], l IN places | all + [x IN l WHERE NOT x IN all])[..8] AS points,
       reduce(all = [], l IN names | all + [x IN l WHERE NOT x IN all])[..8] AS server_names,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY client, service, application, evidence_kind, carries, tunnel
