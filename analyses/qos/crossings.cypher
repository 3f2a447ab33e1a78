MATCH (a:CapturePoint)-[r:COPIED_TO]->(b:CapturePoint)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
WITH a, b, r ORDER BY r.id
WITH a.name AS from_point, b.name AS to_point, r.from_vlan AS from_vlan, r.to_vlan AS to_vlan, r.to_mac AS to_mac, r.from_dscp AS dscp,
     sum(r.packets) AS packets, sum(r.ect_cleared) AS ect_cleared, min(r.delay_min_ns) AS delay_min_ns, max(r.delay_max_ns) AS delay_max_ns,
     sum(r.delay_sum_ns) AS delay_sum_ns, min(r.valid_from) AS first, max(r.valid_to) AS last, collect(r.example) AS examples, collect(r.evidence) AS witnesses
RETURN from_point, to_point, from_vlan, to_vlan, to_mac, dscp, packets, ect_cleared, delay_min_ns, delay_max_ns, delay_sum_ns, first,
       last - duration({nanoseconds: 1}) AS last, examples[0] AS example,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY from_point, to_point, from_vlan, to_vlan, to_mac, dscp
