MATCH (a:CapturePoint)-[r:COPIED_TO]->(b:CapturePoint)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.from_dscp <> r.to_dscp
WITH a, b, r ORDER BY r.id
WITH a.name AS from_point, b.name AS to_point, r.from_vlan AS from_vlan, r.to_vlan AS to_vlan, r.to_mac AS to_mac, r.from_dscp AS from_dscp, r.to_dscp AS to_dscp,
     sum(r.packets) AS packets, min(r.valid_from) AS first, max(r.valid_to) AS last, collect(r.example) AS examples, collect(r.evidence) AS witnesses
RETURN from_point, to_point, from_vlan, to_vlan, to_mac, from_dscp, to_dscp, packets, first, last - duration({nanoseconds: 1}) AS last, examples[0] AS example,
       reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY from_point, to_point, from_vlan, to_vlan, to_mac, from_dscp, to_dscp
