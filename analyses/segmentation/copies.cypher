MATCH (a:CapturePoint)-[r:COPIED_TO]->(b:CapturePoint)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND r.kind = 'bridged' AND r.from_vlan <> r.to_vlan
WITH a, b, r ORDER BY r.id
WITH a.name AS from_point, b.name AS to_point, r.from_vlan AS from_vlan, r.to_vlan AS to_vlan, sum(r.packets) AS packets,
     sum(r.broadcasts) AS broadcasts, min(r.valid_from) AS first, max(r.valid_to) AS last, collect(DISTINCT r.from_mac) AS macs,
     collect(r.example) AS examples, collect(r.evidence) AS witnesses
RETURN from_point, to_point, from_vlan, to_vlan, packets, broadcasts, first, last - duration({nanoseconds: 1}) AS last, macs[..8] AS macs,
       examples[0] AS example, reduce(all = [], l IN witnesses | all + [x IN l WHERE NOT x IN all])[..8] AS evidence
ORDER BY from_point, to_point, from_vlan, to_vlan
