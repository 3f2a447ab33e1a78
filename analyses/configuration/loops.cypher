MATCH (a:CapturePoint)-[r:COPIED_TO]->(b:CapturePoint)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches) AND a = b AND r.from_vlan = r.to_vlan
  AND (r.kind = 'mirrored' AND r.broadcasts > 0 AND r.sightings >= $sightings OR r.kind = 'routed' AND r.from_mac <> '' AND r.to_mac <> '')
RETURN r.id AS id, a.id AS point, a.name AS name, r.kind AS kind, r.from_vlan AS vlan, r.from_mac AS mac, r.to_mac AS to_mac, r.hops AS hops, r.packets AS packets,
       r.broadcasts AS broadcasts, r.sightings AS sightings, r.example AS example,
       r.valid_from AS first, r.valid_to - duration({nanoseconds: 1}) AS last, r.evidence AS evidence
ORDER BY first, id
