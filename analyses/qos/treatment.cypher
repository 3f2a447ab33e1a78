MATCH (c:Endpoint)-[r:USES]->(s:Service)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH c, s, r ORDER BY r.id
WITH c, s, r.application AS application, sum(r.packets_up + r.packets_down) AS packets, sum(r.bytes_up + r.bytes_down) AS bytes, sum(coalesce(r.retransmitted, 0)) AS retransmitted,
     sum(coalesce(r.retransmitted_bytes, 0)) AS retransmitted_bytes, sum(coalesce(r.payload_up, 0) + coalesce(r.payload_down, 0)) AS payload, sum(coalesce(r.copies, 0)) AS copies, collect(r.points) AS places,
     sum(coalesce(r.rtt_count, 0)) AS rtt_count, sum(coalesce(r.rtt_sum_ns, 0)) AS rtt_sum_ns, min(CASE WHEN coalesce(r.rtt_count, 0) > 0 THEN coalesce(r.rtt_min_ns, 0) END) AS rtt_min,
     max(coalesce(r.rtt_max_ns, 0)) AS rtt_max_ns, min(r.valid_from) AS first, max(r.valid_to) AS last, collect(coalesce(r.rtt_buckets, [])) AS buckets,
     collect(coalesce(r.server_names, [])) AS names, collect(r.evidence) AS witnesses
RETURN c.id AS client, c.address AS client_address, s.id AS service, s.endpoint AS server, s.address AS server_address, s.transport AS transport, s.port AS port,
       application, packets, bytes, retransmitted, retransmitted_bytes, payload, copies, rtt_count, rtt_sum_ns, coalesce(rtt_min, 0) AS rtt_min_ns, rtt_max_ns, first,
       last - duration({nanoseconds: 1}) AS last, reduce(all = [], l IN buckets | all + l) AS rtt_buckets,
       reduce(all = [], l IN places | all + [x IN l WHERE NOT x IN all])[..8] AS points,
       reduce(all = [], l IN names | all + [x IN l WHERE NOT x IN all])[..8] AS server_names,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY client, service, application
