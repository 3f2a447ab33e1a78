MATCH (e:Endpoint)-[r:HAS_MAC]->(m:MAC)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND (r.claims > 0 OR EXISTS {
    MATCH (e)-[o:HAS_MAC]->(:MAC)
    WHERE o.valid_from < $to AND o.valid_to > $from AND ($all OR o.batch IN $batches) AND o.claims > 0
  })
RETURN r.id AS id, e.id AS endpoint, e.context AS context, e.address AS address, m.address AS mac, m.vendor AS vendor, r.vlan AS vlan,
       r.tunnel AS tunnel, r.point AS point, r.packets AS packets, r.claims AS claims, r.announces AS announces, r.ttl_max AS ttl_max,
       CASE WHEN r.claims > 0 THEN r.first_claim ELSE r.valid_from END AS first,
       CASE WHEN r.claims > 0 THEN r.last_claim ELSE r.valid_to - duration({nanoseconds: 1}) END AS last,
       r.valid_from AS seen_first, r.valid_to - duration({nanoseconds: 1}) AS seen_last,
       r.router AS router, r.virtual AS virtual, r.evidence AS evidence
ORDER BY address, first, id
