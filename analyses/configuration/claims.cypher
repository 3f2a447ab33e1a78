MATCH (e:Endpoint)-[r:HAS_MAC]->(m:MAC)
WHERE r.valid_from < $to AND r.valid_to > $from AND ($all OR r.batch IN $batches)
  AND r.claims > 0
RETURN r.id AS id, e.id AS endpoint, e.context AS context, e.address AS address, m.address AS mac, m.vendor AS vendor, r.vlan AS vlan,
       r.tunnel AS tunnel, r.point AS point, r.claims AS claims, r.announces AS announces, r.first_claim AS first, r.last_claim AS last,
       r.router AS router, r.virtual AS virtual, r.evidence AS evidence
ORDER BY address, first, id
